import { Alert, Anchor, Box, Button, Group, Paper, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { api, body } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { CommandLine } from '@/ui/CommandLine';
import { EmptyState } from '@/ui/EmptyState';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { Waiting } from '@/ui/Waiting';
import type { ExplainView } from '../data';
import { declared } from './document';
import { InputControl } from './InputControl';
import { PlanPreview } from './PlanPreview';
import { paragraph, startCommand, startWords } from './words';

/**
 * The start of a run, real or drill, at one address: `/runs/start?runbook=…&group=…&in.NAME=…`. Nothing starts that was
 * not shown: the plan is explained for exactly these inputs and its hash goes with the request.
 */
export function Component() {
  const runbooks = useQuery({ queryKey: ['runbooks'], queryFn: () => body(api.GET('/api/v1/runbooks')) });
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const [search, setSearch] = useSearchParams();
  if (runbooks.isPending || groups.isPending) return <Waiting what="Reading runbooks and groups…" />;
  if (!runbooks.data || !groups.data) return <Refused error={runbooks.error ?? groups.error} title="What can be started could not be read." />;
  const published = runbooks.data.items.filter((runbook) => runbook.publishedVersion != null);
  if (published.length === 0) {
    return <EmptyState title="No runbook is published" command="runbooks runbook sync ./runbooks">Only published versions run: a run must not depend on a draft that may still change.</EmptyState>;
  }

  const chosen = published.find((runbook) => runbook.name === search.get('runbook'));
  const group = chosen?.group ?? search.get('group') ?? (groups.data.items.length === 1 ? groups.data.items[0]?.id ?? '' : '');
  const put = (name: string, value: string) => setSearch((before) => {
    const next = new URLSearchParams(before);
    next.set(name, value);
    return next;
  }, { replace: true });
  return (
    <Stack gap="md" maw={880}>
      <Title order={1}>Start a run</Title>
      <Group grow align="flex-start">
        <Select
          label="Runbook" searchable value={chosen?.name ?? null} onChange={(name) => { if (name) put('runbook', name); }}
          data={published.map((runbook) => ({ value: runbook.name, label: `${runbook.title} — version ${runbook.publishedVersion ?? ''}` }))}
        />
        <Select
          label="Group" searchable value={group === '' ? null : group} disabled={chosen?.group != null} onChange={(id) => { if (id) put('group', id); }}
          data={groups.data.items.map((each) => ({ value: each.id, label: each.title === each.id ? each.id : `${each.title} (${each.id})` }))}
          description={chosen?.group != null ? 'The runbook is for this group only.' : undefined}
        />
      </Group>
      {chosen && group !== '' ? (
        <StartForm key={`${chosen.name} ${group}`} runbook={chosen.name} version={chosen.publishedVersion ?? 1} group={group} fixedGroup={chosen.group != null} />
      ) : <Text size="sm" c="dimmed">Choose what to run and on which group; what would happen appears here before anything does.</Text>}
    </Stack>
  );
}

interface StartFormProps {
  readonly runbook: string;
  readonly version: number;
  readonly group: string;
  readonly fixedGroup: boolean;
}

function StartForm({ runbook, version, group, fixedGroup }: StartFormProps) {
  const [search] = useSearchParams();
  const document = useQuery({
    queryKey: ['runbooks', runbook, 'versions', version],
    staleTime: Infinity,
    queryFn: () => body(api.GET('/api/v1/runbooks/{name}/versions/{number}', { params: { path: { name: runbook, number: version } } })),
  });
  const known = useMemo(() => (document.data?.document == null ? null : declared(document.data.document)), [document.data]);
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  // Kept here: the plan below comes and goes with what the server answers, and what was typed must not.
  const [said, setSaid] = useState<Said>({ reason: '', name: '' });
  const inputs = useMemo(
    () => Object.fromEntries((known?.inputs ?? []).map((input) => [input.name, typed[input.name] ?? search.get(`in.${input.name}`) ?? input.preset ?? ''])),
    [known, typed, search],
  );
  const given = useMemo(() => Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== '')), [inputs]);
  const complete = known?.inputs.every((input) => !input.required || given[input.name] !== undefined) ?? false;
  // Typing is waited for; what is asked is a whole set of inputs or nothing.
  const [settled] = useDebouncedValue(given, 350);
  const asked = known?.inputs.every((input) => !input.required || settled[input.name] !== undefined) ? settled : given;
  const plan = useQuery({
    queryKey: ['explain', runbook, version, group, asked],
    enabled: complete,
    retry: false,
    staleTime: 0,
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    queryFn: () => body(api.POST('/api/v1/runbooks/{name}/explain', {
      params: { path: { name: runbook } }, body: { document: null, version, group: fixedGroup ? null : group, inputs: asked },
    })),
  });
  if (document.isPending) return <Waiting what="Reading the runbook…" />;
  if (!known) return <Refused error={document.error} title="The runbook could not be read." />;
  const wrong = plan.error instanceof ApiProblem ? plan.error.field : null;
  const current = plan.data && !plan.error && !plan.isPlaceholderData && complete && asked === given;
  return (
    <Stack gap="md">
      {known.inputs.length > 0 ? (
        <Paper withBorder p="sm">
          <Stack gap="sm">
            {known.inputs.map((input) => (
              <InputControl
                key={input.name} input={input} group={group} value={inputs[input.name] ?? ''}
                error={wrong === `inputs.${input.name}` && plan.error instanceof ApiProblem ? plan.error.why : null}
                onChange={(value) => setTyped((before) => ({ ...before, [input.name]: value }))}
              />
            ))}
          </Stack>
        </Paper>
      ) : null}
      {complete ? null : <Text size="sm">Fill in what is required; then what would happen is shown.</Text>}
      <Refused error={plan.error} title="It cannot be started like this." />
      {complete && plan.isPending ? <Waiting what="Working out what would happen…" /> : null}
      {plan.data ? (
        <Box style={{ opacity: current || plan.error ? 1 : 0.5 }}>
          <Confirmation said={said} onSay={setSaid} plan={plan.data} inputs={given} runbook={runbook} version={version} fixedGroup={fixedGroup} current={current === true} />
        </Box>
      ) : null}
    </Stack>
  );
}

interface Said {
  readonly reason: string;
  /** The group's name, typed again for what is REAL. */
  readonly name: string;
}

interface ConfirmationProps {
  readonly said: Said;
  readonly onSay: (next: Said) => void;
  readonly plan: ExplainView;
  readonly inputs: Readonly<Record<string, string>>;
  readonly runbook: string;
  readonly version: number;
  readonly fixedGroup: boolean;
  readonly current: boolean;
}

function Confirmation({ said: { reason, name }, onSay, plan, inputs, runbook, version, fixedGroup, current }: ConfirmationProps) {
  const navigate = useNavigate();
  const start = useMutation({
    mutationFn: () => body(api.POST('/api/v1/runs', {
      body: { runbook, version, group: fixedGroup ? null : plan.group, inputs, reason, planHash: plan.planHash },
    })),
    onSuccess: (run) => ('id' in run && run.planHash === plan.planHash ? navigate(`/runs/${run.id}`) : undefined),
  });
  // Something moved between what was shown and what was asked for: the person must look before anybody approves it.
  const other = start.data && 'id' in start.data && start.data.planHash !== plan.planHash ? start.data : null;
  const named = !plan.real || name === plan.group;
  return (
    <Stack gap="sm">
      <RunBand real={plan.real} group={plan.group} />
      <Text>{paragraph(plan)}</Text>
      <Group gap="xl">
        <Fact name="Exposure now">{plan.exposure}</Fact>
        <Fact name="Plan">{plan.planHash.replace('sha256:', '').slice(0, 16)}…</Fact>
        <Fact name="Version">{plan.version ?? '—'}</Fact>
      </Group>
      <PlanPreview steps={plan.steps} />
      <TextInput label="Reason" description="It is recorded with your name." required value={reason} onChange={(event) => onSay({ reason: event.currentTarget.value, name })} />
      {plan.real ? (
        <TextInput label={`This is REAL. Type the group's name: ${plan.group}`} value={name} onChange={(event) => onSay({ reason, name: event.currentTarget.value })} autoComplete="off" />
      ) : null}
      <Refused error={start.error} />
      {other ? (
        <Alert color="red" variant="light" role="alert" title="What was asked for is not what was shown">
          The group, an input or the runbook changed in between. <Anchor component={Link} to={`/runs/${other.id}`}>Open the run</Anchor>, look at its steps, and abort it if they are not what you want.
        </Alert>
      ) : null}
      <Group justify="space-between">
        <CommandLine compact command={startCommand(runbook, fixedGroup ? '' : plan.group, inputs, reason, plan.real)} />
        <Button size="sm" color={plan.real ? 'red.9' : 'indigo'} disabled={!current || !named || reason.trim().length < 3 || start.isPending || start.isSuccess} onClick={() => start.mutate()}>
          {start.isPending ? 'Asking the control plane…' : start.isSuccess ? 'Started' : startWords(plan)}
        </Button>
      </Group>
    </Stack>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return <div><Text size="xs" c="dimmed">{name}</Text><Text size="sm" fw={600}>{children}</Text></div>;
}
