import { Alert, Button, Group, Text } from '@mantine/core';
import { TimeText } from '@/ui/TimeText';
import type { Restored } from './useDesigner';

interface RestoredNoticeProps {
  readonly restored: Restored;
  readonly onDrop: () => void;
  readonly onClose: () => void;
}

/** Says that text came back which no server had, and lets the person decide. */
export function RestoredNotice({ restored, onDrop, onClose }: RestoredNoticeProps) {
  return (
    <Alert color="blue" role="status" title="Changes that were not saved are back">
      <Group justify="space-between" gap="xs">
        <Text size="sm">This browser kept them, last <TimeText at={restored.at} />. They are being saved now; undo still knows every step.</Text>
        <Group gap={6}>
          <Button variant="default" size="compact-sm" onClick={onClose}>Keep them</Button>
          <Button variant="default" size="compact-sm" onClick={onDrop}>Show what was saved instead</Button>
        </Group>
      </Group>
    </Alert>
  );
}
