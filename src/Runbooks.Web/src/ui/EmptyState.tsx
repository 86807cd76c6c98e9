import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { CommandLine } from './CommandLine';

interface EmptyStateProps {
  /** The page's own name, where this is all there is on it. */
  readonly page?: string;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly command?: string;
}

/** A page with nothing on it teaches the next step: one sentence, one button, one command. */
export function EmptyState({ page, title, children, action, command }: EmptyStateProps) {
  const teaching = (
    <Stack align="flex-start" gap="sm" p="lg" maw={640}>
      <Title order={2}>{title}</Title>
      <Text>{children}</Text>
      {action}
      {command ? <CommandLine command={command} /> : null}
    </Stack>
  );
  return page === undefined ? teaching : <Stack><Title order={1}>{page}</Title>{teaching}</Stack>;
}
