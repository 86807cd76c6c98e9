import { Box, Grid } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import type { RunView } from '../data';
import type { RunRecord } from '../model/records';
import type { StepRow } from './rows';
import { StepList } from './StepList';
import type { useWhere } from './where';

const RunGraph = lazy(() => import('./RunGraph').then((module) => ({ default: module.RunGraph })));

interface StepsTabProps {
  readonly run: RunView;
  readonly rows: readonly StepRow[];
  readonly planMissing: unknown;
  readonly records: readonly RunRecord[];
  readonly where: ReturnType<typeof useWhere>;
  readonly now: number | null;
  readonly reading: boolean;
}

export function StepsTab({ run, rows, planMissing, records, where, now, reading }: StepsTabProps) {
  const select = (path: string | null) => where.set('step', path === where.step ? null : path);
  if (reading) return <Waiting what="Reading the steps…" />;
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Box pos={{ lg: 'sticky' }} top={{ lg: 60 }} style={{ border: '1px solid var(--mantine-color-default-border)', borderRadius: 6, overflow: 'hidden' }}>
          <Suspense fallback={<Waiting what="Loading the graph…" />}>
            <RunGraph run={run} rows={rows} now={now} selected={where.step} onSelect={(path) => where.set('step', path)} />
          </Suspense>
        </Box>
        <Refused error={planMissing} title="The plan could not be read: the list shows only the steps that were reached." />
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <StepList run={run} rows={rows} records={records} selected={where.step} onSelect={select} now={now} />
      </Grid.Col>
    </Grid>
  );
}
