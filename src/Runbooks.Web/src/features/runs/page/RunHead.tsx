import { Box, Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { IconFileText, IconPlayerSkipBack } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { decisionsQuery, type RunView, type StepView } from '../data';
import type { RunHistory } from '../model/history';
import type { RunRecord } from '../model/records';
import { Tag } from '../Tag';
import { RunActions } from './RunActions';
import type { useWhere } from './where';

interface RunHeadProps {
  readonly run: RunView;
  readonly records: readonly RunRecord[];
  readonly steps: readonly StepView[];
  readonly history: RunHistory | null;
  readonly where: ReturnType<typeof useWhere>;
}

export function RunHead({ run, records, steps, history, where }: RunHeadProps) {
  const replaying = where.at !== null;
  return (
    <Stack gap={6}>
      <Group justify="space-between" align="flex-start" gap="md">
        <Stack gap={2}>
          <Group gap="sm">
            <Title order={1}>{run.runbook ?? run.kind}</Title>
            {run.version == null ? null : <Text c="dimmed">version {run.version}</Text>}
            {replaying ? <Tag colour="gray">Replay</Tag> : <StateMark state={run.state} />}
          </Group>
          <Text size="sm">
            {run.group ? <>on <Text span inherit fw={600}>{run.group}</Text>, </> : null}
            asked for by <Text span inherit fw={600}>{run.requestedBy}</Text> <TimeText at={run.requestedAt} />: {run.reason}
          </Text>
          <Decisions run={run.id} />
          {replaying ? null : <WaitsFor run={run} records={records} steps={steps} />}
        </Stack>
        <Stack gap={6} align="flex-end">
          <Elapsed run={run} />
          <Group gap="xs">
            <Button variant="default" component="a" href={`/api/v1/runs/${run.id}/report`} target="_blank" rel="noreferrer" leftSection={<IconFileText size={14} aria-hidden />}>
              Report
            </Button>
            {history && history.steps.length > 0 ? (
              <Button
                variant={replaying ? 'filled' : 'default'} leftSection={<IconPlayerSkipBack size={14} aria-hidden />}
                onClick={() => where.set('at', replaying ? null : '0', true)}
              >
                {replaying ? 'Back to now' : 'Replay'}
              </Button>
            ) : null}
            {replaying ? null : <RunActions run={run} steps={steps} />}
            <CommandLine compact command={`runbooks run watch ${run.id}`} />
          </Group>
        </Stack>
      </Group>
    </Stack>
  );
}

function Decisions({ run }: { readonly run: string }) {
  const decisions = useQuery(decisionsQuery(run));
  return decisions.data?.map((decision) => (
    <Text size="sm" key={decision.id}>
      <Text span inherit fw={600}>{decision.decision === 'approved' ? 'Approved' : 'Rejected'}</Text> by{' '}
      <Text span inherit fw={600}>{decision.approver}</Text> <TimeText at={decision.at} />: {decision.reason}
    </Text>
  ));
}

/** Why nothing moves, when nothing does. */
function WaitsFor({ run, records, steps }: Pick<RunHeadProps, 'run' | 'records' | 'steps'>) {
  const last = (kind: string) => records.findLast((record) => record.kind === kind);
  if (run.state === 'paused' || run.state === 'aborting') {
    const order = last(run.state === 'paused' ? 'run.paused' : 'run.abort-ordered');
    const running = steps.filter((step) => step.state === 'running').map((step) => step.title);
    return (
      <Text size="sm">
        {run.state === 'paused' ? 'Paused' : 'Being aborted'}
        {order ? <> by <Text span inherit fw={600}>{order.actor}</Text> <TimeText at={order.at} />{order.reason ? `: ${order.reason}` : ''}</> : null}.{' '}
        {running.length > 0 ? `Waits until ${running.join(', ')} ends.` : run.state === 'paused' ? 'No step runs; nothing starts until somebody resumes it.' : ''}
      </Text>
    );
  }

  if (run.state === 'requested' && run.approvalsNeeded === run.approvalsGiven) {
    return <Text size="sm">Waits for the engine to take it.</Text>;
  }

  return null;
}

function Elapsed({ run }: { readonly run: RunView }) {
  const now = useNow();
  if (run.startedAt == null) return <Text size="sm" c="dimmed">not started</Text>;
  const end = run.endedAt == null ? now.getTime() : Date.parse(run.endedAt);
  const seconds = Math.max(0, (end - Date.parse(run.startedAt)) / 1000);
  const target = run.rtoSeconds ?? null;
  const over = target !== null && seconds > target;
  return (
    <Box w={300}>
      <Text size="sm" ta="right">
        {run.endedAt == null ? 'elapsed' : 'took'}{' '}
        <Text span inherit fw={700} c={over ? 'light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))' : 'var(--mantine-color-text)'}>{duration(seconds)}</Text>
        {target === null ? ' (no target set)' : ` of ${duration(target)} target${over ? ' — missed' : ''}`}
      </Text>
      {target === null ? null : (
        <Progress
          value={Math.min(100, (seconds / target) * 100)} color={over ? 'red' : run.endedAt == null ? 'blue' : 'teal'} size="sm" mt={4}
          aria-label="Elapsed against the target"
        />
      )}
    </Box>
  );
}
