import { Anchor, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { RunWord } from '@/ui/RunWord';
import { StateMark } from '@/ui/StateMark';

type Run = components['schemas']['RunView'];

export function RunsInFlight({ runs }: { readonly runs: readonly Run[] }) {
  if (runs.length === 0) return null;
  return (
    <Stack component="section" aria-labelledby="in-flight" gap="xs">
      <Title order={2} id="in-flight">Runs in flight ({runs.length})</Title>
      {runs.map((run) => <RunLine key={run.id} run={run} />)}
    </Stack>
  );
}

function RunLine({ run }: { readonly run: Run }) {
  const now = useNow();
  const steps = useQuery({
    queryKey: ['runs', run.id, 'steps'],
    queryFn: () => body(api.GET('/api/v1/runs/{run}/steps', { params: { path: { run: run.id } } })),
  });
  const elapsed = run.startedAt ? Math.max(0, (now.getTime() - Date.parse(run.startedAt)) / 1000) : null;
  const open = steps.data?.items.filter((step) => step.startedAt && !step.endedAt) ?? [];
  const ended = steps.data?.items.filter((step) => step.endedAt).length ?? 0;
  return (
    <Group gap="md" wrap="wrap">
      <RunWord real={run.real} />
      <Anchor component={Link} to={`/runs/${run.id}`} fw={600} size="sm">{run.runbook ?? run.kind}</Anchor>
      {run.group ? <Text size="sm">{run.group}</Text> : null}
      <StateMark state={run.state} />
      <Text size="sm" c="dimmed">
        {open[0] ? `at ${open[0].title}` : null}{ended > 0 ? `${open[0] ? ', ' : ''}${ended} done` : null}
      </Text>
      {elapsed == null ? null : <Text size="sm">{duration(elapsed)}{run.rtoSeconds == null ? '' : ` of ${duration(run.rtoSeconds)} target`}</Text>}
      {elapsed == null || run.rtoSeconds == null ? null : (
        <Progress
          value={Math.min(100, (elapsed / run.rtoSeconds) * 100)} w={160} aria-label={`${run.kind}: elapsed against its target`}
          color={elapsed > run.rtoSeconds ? 'amber' : 'blue'}
        />
      )}
    </Group>
  );
}
