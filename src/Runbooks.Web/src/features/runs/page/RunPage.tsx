import { Alert, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { useParams } from 'react-router';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { Waiting } from '@/ui/Waiting';
import { historyFor, planQuery, recordsQuery, runQuery, stepsQuery, type RunView } from '../data';
import { pictureAt } from '../model/history';
import { spansOf } from '../model/spans';
import { objectOf, text } from '../model/records';
import { ApprovalPanel } from './ApprovalPanel';
import { EventsTab } from './EventsTab';
import { EvidenceTab } from './EvidenceTab';
import { QuestionPanel } from './QuestionPanel';
import { ReplayBar } from './ReplayBar';
import { pictureRows, stepRows } from './rows';
import { RunHead } from './RunHead';
import { StepsTab } from './StepsTab';
import { useWhere } from './where';

const GanttTab = lazy(() => import('../gantt/GanttTab').then((module) => ({ default: module.GanttTab })));
const CompareTab = lazy(() => import('./CompareTab').then((module) => ({ default: module.CompareTab })));

const noSteps: readonly never[] = [];

export function Component() {
  const { run: id = '' } = useParams();
  const run = useQuery(runQuery(id));
  if (run.isPending) return <Waiting what={`Reading run ${id}…`} />;
  if (!run.data) return <Refused error={run.error} title="The run could not be read." />;
  return <RunPage key={id} run={run.data} stale={run.error} />;
}

function RunPage({ run, stale }: { readonly run: RunView; readonly stale: unknown }) {
  const where = useWhere();
  const steps = useQuery(stepsQuery(run.id));
  const records = useQuery(recordsQuery(run.id));
  const plan = useQuery(planQuery(run.id));
  const planned = plan.data ?? noSteps;
  const history = records.data ? historyFor(records.data) : null;
  const spans = useMemo(() => (history ? spansOf(history) : noSteps), [history]);
  const picture = history && where.at !== null ? pictureAt(history, history.from + where.at * 1000) : null;
  const rows = useMemo(
    () => (picture ? pictureRows(picture, planned) : stepRows(steps.data ?? noSteps, planned)),
    [picture, steps.data, planned],
  );
  const asking = (steps.data ?? noSteps).filter((step) => step.question != null);

  return (
    <Stack gap="sm">
      <RunBand real={run.real} group={run.group ?? null} />
      <RunHead run={run} records={records.data ?? noSteps} steps={steps.data ?? noSteps} history={history} where={where} />
      {stale ? <Refused error={stale} title="What is shown may be old: the run could not be read again." /> : null}
      {picture ? null : (
        <>
          <ApprovalPanel run={run} />
          {asking.map((step) => (step.question ? <QuestionPanel key={step.question.id} run={run} question={step.question} step={step.title} /> : null))}
        </>
      )}
      {picture ? null : <FailureNote run={run} />}
      {history && where.at !== null && picture ? <ReplayBar history={history} picture={picture} where={where} /> : null}
      <Tabs value={where.tab} onChange={(tab) => where.set('tab', tab === 'steps' ? null : tab)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="steps">Graph and steps</Tabs.Tab>
          <Tabs.Tab value="gantt">Gantt</Tabs.Tab>
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="evidence">Evidence</Tabs.Tab>
          <Tabs.Tab value="compare">Compare</Tabs.Tab>
        </Tabs.List>
        <Suspense fallback={<Waiting what="Loading this view…" />}>
          <Tabs.Panel value="steps" pt="sm">
            <Refused error={steps.error} title="The steps could not be read." />
            <StepsTab
              run={run} rows={rows} planMissing={plan.error} records={records.data ?? noSteps} where={where}
              now={picture?.at ?? null} reading={steps.isPending}
            />
          </Tabs.Panel>
          <Tabs.Panel value="gantt" pt="sm">
            <Reading query={records}><GanttTab run={run} spans={spans} plan={planned} history={history} where={where} /></Reading>
          </Tabs.Panel>
          <Tabs.Panel value="events" pt="sm">
            <Reading query={records}><EventsTab run={run} records={records.data ?? noSteps} where={where} /></Reading>
          </Tabs.Panel>
          <Tabs.Panel value="evidence" pt="sm">
            <EvidenceTab run={run} />
          </Tabs.Panel>
          <Tabs.Panel value="compare" pt="sm">
            <CompareTab run={run} where={where} />
          </Tabs.Panel>
        </Suspense>
      </Tabs>
    </Stack>
  );
}

interface ReadingProps {
  readonly query: { readonly isPending: boolean; readonly error: unknown };
  readonly children: React.ReactNode;
}

function Reading({ query, children }: ReadingProps) {
  if (query.isPending) return <Waiting what="Reading the run's records…" />;
  return (
    <>
      <Refused error={query.error} title="The run's records could not be read." />
      {children}
    </>
  );
}

/** The workflow's own words, or the engine's when the workflow could not say any. */
function FailureNote({ run }: { readonly run: RunView }) {
  const said = { ...objectOf(run.failure), ...objectOf(run.result) };
  const why = text(said['cause']) ?? text(said['message']);
  if (run.state !== 'failed' && run.failure == null) return null;
  return <Alert color="red" variant="light" title="Why it failed"><Lines of={why ?? 'The engine gave no reason.'} /></Alert>;
}

// A refusal is one line: what it is, its cause and what to do about it.
function Lines({ of }: { readonly of: string }) {
  return of.split(/ (?=(?:Cause|Correction|Field): )/).map((line) => <Text size="sm" c="var(--mantine-color-text)" key={line} style={{ overflowWrap: 'anywhere' }}>{line}</Text>);
}
