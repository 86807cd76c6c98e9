import { Badge } from '@mantine/core';

/** REAL or TEST in a list: the word first, the colour and the dashes after it. */
export function RunWord({ real }: { readonly real: boolean }) {
  return real ? (
    <Badge variant="filled" color="red.8" radius="sm" size="sm">REAL</Badge>
  ) : (
    <Badge
      variant="transparent" radius="sm" size="sm" c="light-dark(var(--mantine-color-teal-9), var(--mantine-color-teal-3))"
      style={{ border: '1px dashed currentColor' }}
    >
      TEST
    </Badge>
  );
}
