import { Box, Text } from '@mantine/core';

interface RunBandProps {
  readonly real: boolean;
  readonly group: string | null;
}

/** The band over everything that belongs to a run: REAL solid red, TEST dashed teal, each with the word on it. */
export function RunBand({ real, group }: RunBandProps) {
  const colour = real
    ? 'light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))'
    : 'light-dark(var(--mantine-color-teal-9), var(--mantine-color-teal-3))';
  return (
    <Box style={{ borderTop: `4px ${real ? 'solid' : 'dashed'} ${colour}`, paddingTop: 4 }} data-band={real ? 'real' : 'test'}>
      <Text span fw={800} size="sm" c={colour}>
        {real ? 'REAL' : 'TEST'}
      </Text>
      {group ? (
        <Text span size="sm" fw={600}>
          {' '}
          {group}
        </Text>
      ) : null}
    </Box>
  );
}
