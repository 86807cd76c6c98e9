import { Group, Kbd, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { useRegisteredShortcuts } from './shortcuts';

// What hears its keys itself: lists, dialogs, the browser's own ways.
const everywhere = [
  { keys: 'Ctrl K', title: 'Search and commands' },
  { keys: '↑ ↓', title: 'Walk a list or the graph' },
  { keys: 'Enter', title: 'Open what is focused' },
  { keys: 'Esc', title: 'Close' },
] as const;

/** Every key that works on the page now. */
export default function ShortcutSheet({ onClose }: { readonly onClose: () => void }) {
  const own = useRegisteredShortcuts();
  const going = own.filter((each) => each.keys.startsWith('g '));
  const rest = [...own.filter((each) => !each.keys.startsWith('g ')), ...everywhere];
  return (
    <Modal opened onClose={onClose} title="Keyboard" size="lg">
      <SimpleGrid cols={2} spacing="xl">
        <Section title="Go to" rows={going} />
        <Section title="On this page" rows={rest} />
      </SimpleGrid>
    </Modal>
  );
}

function Section({ title, rows }: { readonly title: string; readonly rows: readonly { readonly keys: string; readonly title: string }[] }) {
  return (
    <Stack gap={6}>
      <Text fw={600} size="sm">{title}</Text>
      {rows.map((row) => (
        <Group key={row.keys + row.title} justify="space-between" wrap="nowrap">
          <Text size="sm">{row.title}</Text>
          <Group gap={4} wrap="nowrap">
            {row.keys.split(' ').map((key) => <Kbd key={key} size="xs">{key}</Kbd>)}
          </Group>
        </Group>
      ))}
    </Stack>
  );
}
