import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconTerminal2 } from '@tabler/icons-react';

/** The command that does the same from a terminal, with a button that copies it. */
export function CommandLine({ command, compact = false }: { readonly command: string; readonly compact?: boolean }) {
  return (
    <Group gap={6} wrap="nowrap" display="inline-flex">
      {compact ? null : <Code style={{ whiteSpace: 'pre-wrap' }}>{command}</Code>}
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : `Copy as command: ${command}`}>
            <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={`Copy as command: ${command}`}>
              {copied ? <IconCheck size={16} aria-hidden /> : <IconTerminal2 size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
