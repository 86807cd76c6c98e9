import { Anchor, Box, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import type { RunView } from '../runs/data';
import { ApprovalPanel } from '../runs/page/ApprovalPanel';
import { QuestionPanel } from '../runs/page/QuestionPanel';

/** What waits for people, the one that expires first on top; decided and answered in place. */
export function Component() {
  const inbox = useQuery({ queryKey: ['approvals', 'inbox'], queryFn: () => body(api.GET('/api/v1/approvals')) });
  if (inbox.isPending) return <Waiting what="Reading what waits for people…" />;
  if (!inbox.data) return <Refused error={inbox.error} title="The inbox could not be read." />;
  const items = [...inbox.data.items].sort((a, b) => due(a).localeCompare(due(b)));
  return (
    <Stack gap="md">
      <Group justify="space-between"><Title order={1}>Approvals</Title><CommandLine compact command="runbooks approval list --watch" /></Group>
      <Refused error={inbox.error} title="The inbox may be old: it could not be read again." />
      {items.length === 0 ? (
        <EmptyState title="Nothing waits for a person" command="runbooks approval list --watch">
          Requests for real runs that need a second person, and questions of runs, appear here by themselves.
        </EmptyState>
      ) : null}
      {items.map((run) => (
        <Box key={run.id} component="section" aria-label={`${run.runbook ?? run.kind} on ${run.group ?? 'no group'}`}>
          <RunBand real={run.real} group={run.group ?? null} />
          <Group gap="xs" mb={4}>
            <Anchor component={Link} to={`/runs/${run.id}`} fw={600} size="sm">{run.runbook ?? run.kind}</Anchor>
            <Text size="sm" c="dimmed">{run.version == null ? '' : `version ${run.version}, `}asked for <TimeText at={run.requestedAt} /> by {run.requestedBy}</Text>
          </Group>
          <ApprovalPanel run={run} />
          {run.asking == null ? null : <QuestionPanel run={run} question={run.asking} step={run.asking.step} />}
        </Box>
      ))}
    </Stack>
  );
}

const due = (run: RunView): string => run.asking?.deadline ?? run.approvalsExpireAt ?? run.requestedAt;
