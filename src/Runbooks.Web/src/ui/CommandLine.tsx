import { ActionIcon, Code, CopyButton, Group, Tooltip } from '@mantine/core';
import { IconCheck, IconTerminal2 } from '@tabler/icons-react';

interface CommandLineProps {
  readonly command: string;
  readonly compact?: boolean;
  /** For what is copied and is no command. */
  readonly what?: string;
}

/** The command that does the same from a terminal, with a button that copies it. */
export function CommandLine({ command, compact = false, what }: CommandLineProps) {
  const does = what ?? `Copy as command: ${command}`;
  return (
    <Group gap={6} wrap="nowrap" display="inline-flex">
      {compact ? null : <Code style={{ whiteSpace: 'pre-wrap' }}>{command}</Code>}
      <CopyButton value={command}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? 'Copied' : does}>
            <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label={does}>
              {copied ? <IconCheck size={16} aria-hidden /> : <IconTerminal2 size={16} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
