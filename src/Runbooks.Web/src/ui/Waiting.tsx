import { Group, Loader, Text } from '@mantine/core';

/** Waiting always says for what. */
export function Waiting({ what }: { readonly what: string }) {
  return (
    <Group gap="sm" p="md" role="status">
      <Loader size="xs" aria-hidden />
      <Text size="sm" c="dimmed">
        {what}
      </Text>
    </Group>
  );
}
