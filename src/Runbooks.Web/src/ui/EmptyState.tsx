import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { CommandLine } from './CommandLine';

interface EmptyStateProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly command?: string;
}

/** A page with nothing on it teaches the next step: one sentence, one button, one command. */
export function EmptyState({ title, children, action, command }: EmptyStateProps) {
  return (
    <Stack align="flex-start" gap="sm" p="lg" maw={640}>
      <Title order={2}>{title}</Title>
      <Text>{children}</Text>
      {action}
      {command ? <CommandLine command={command} /> : null}
    </Stack>
  );
}
