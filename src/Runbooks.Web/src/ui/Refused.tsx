import { Alert, Code, CopyButton, Group, Text, UnstyledButton } from '@mantine/core';
import { IconAlertOctagon } from '@tabler/icons-react';
import { ApiProblem } from '@/api/problem';

interface RefusedProps {
  readonly error: unknown;
  readonly title?: string;
}

/** A refusal or fault where it happened: what, why, what to do, and an id to give to somebody else. */
export function Refused({ error, title }: RefusedProps) {
  if (error === null || error === undefined) return null;
  const problem = error instanceof ApiProblem ? error : undefined;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertOctagon size={18} aria-hidden />}
      title={title ?? problem?.message ?? 'This part of the page failed.'}
    >
      {title && problem ? <Text size="sm">{problem.message}</Text> : null}
      <Text size="sm">{problem?.why ?? (error instanceof Error ? error.message : String(error))}</Text>
      {problem?.correction ? <Text size="sm">{problem.correction}</Text> : null}
      {problem?.code ? (
        <Group gap={6} mt={4}>
          <Code>{problem.code}</Code>
          {problem.traceId ? (
            <CopyButton value={problem.traceId}>
              {({ copied, copy }) => (
                <UnstyledButton onClick={copy} fz="xs" td="underline">
                  {copied ? 'copied' : `copy report id ${problem.traceId.slice(0, 8)}…`}
                </UnstyledButton>
              )}
            </CopyButton>
          ) : null}
        </Group>
      ) : null}
    </Alert>
  );
}
