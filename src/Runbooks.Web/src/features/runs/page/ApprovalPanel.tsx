import { Button, Group, Paper, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconGavel } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { meQuery } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { Refused } from '@/ui/Refused';
import { decisionsQuery, useRunRefresh, type RunView } from '../data';
import { AskedFor } from './AskedFor';
import { whyNot } from './whyNot';

export const awaitsApproval = (run: RunView): boolean => run.state === 'requested' && run.approvalsGiven < run.approvalsNeeded;

/** A request that waits for a second person: what the decision binds, until when, and who may make it. */
export function ApprovalPanel({ run }: { readonly run: RunView }) {
  if (!awaitsApproval(run)) return null;
  return <Panel run={run} />;
}

function Panel({ run }: { readonly run: RunView }) {
  const now = useNow();
  const me = useQuery(meQuery);
  const decisions = useQuery(decisionsQuery(run.id));
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const refresh = useRunRefresh(run.id);
  const decide = useMutation({
    mutationFn: (decision: 'approved' | 'rejected') => body(api.POST('/api/v1/runs/{run}/approvals', {
      params: { path: { run: run.id } }, body: { decision, planHash: run.planHash, reason },
    })),
    onSuccess: refresh,
    // A role may be gone since the page was opened: then the panel says so too. What was typed stays.
    onError: (error) => (error instanceof ApiProblem && error.status === 403 ? queries.invalidateQueries({ queryKey: meQuery.queryKey }) : undefined),
  });
  const left = run.approvalsExpireAt == null ? null : (Date.parse(run.approvalsExpireAt) - now.getTime()) / 1000;
  const why = whyNot(run, me.data, decisions.data ?? [], left);
  const short = reason.trim().length < 3;
  const button = (decision: 'approved' | 'rejected', label: string, busy: string) => (
    <Tooltip label={why ?? 'Say why first; it is recorded.'} disabled={why === null && !short}>
      <Button
        variant={decision === 'approved' ? 'filled' : 'outline'} color={run.real || decision === 'rejected' ? 'red.9' : 'indigo'}
        {...(why !== null || short || decide.isPending ? { 'data-disabled': true } : {})} aria-disabled={why !== null || short || decide.isPending}
        onClick={() => {
          if (why === null && !short && !decide.isPending) decide.mutate(decision);
        }}
      >
        {decide.isPending && decide.variables === decision ? busy : label}
      </Button>
    </Tooltip>
  );
  return (
    <Paper withBorder p="sm" style={{ borderColor: 'light-dark(var(--mantine-color-violet-7), var(--mantine-color-violet-4))', borderWidth: 2 }} role="group" aria-label="Approval">
      <Stack gap="xs">
        <Group gap={6} wrap="nowrap" align="flex-start">
          <IconGavel size={18} aria-hidden color="light-dark(var(--mantine-color-violet-8), var(--mantine-color-violet-3))" style={{ flex: 'none', marginTop: 2 }} />
          <div>
            <Text fw={600}>
              {run.requestedBy} asks to run {run.runbook ?? run.kind} on {run.group ?? 'no group'}: {run.reason}
            </Text>
            <Text size="sm" c="dimmed">
              {run.approvalsGiven} of {run.approvalsNeeded} approvals of role {run.approverRole}
              {left === null ? '' : left > 0 ? ` · expires in ${duration(left)}` : ' · expired'}
            </Text>
            <AskedFor run={run} />
            <Text size="sm">The decision binds the plan: this version, these inputs, this group as it stands. If one of them moves, it is refused.</Text>
          </div>
        </Group>
        {why === null ? null : <Text size="sm" fw={600}>{why}</Text>}
        <Group gap="xs" align="flex-end">
          <TextInput label="Reason" size="xs" value={reason} onChange={(event) => setReason(event.currentTarget.value)} style={{ flex: 1, minWidth: 220 }} disabled={why !== null} />
          {button('approved', `Approve ${run.real ? `REAL ${run.runbook ?? run.kind} on` : 'the drill of'} ${run.group ?? 'no group'}`, 'Approving…')}
          {button('rejected', 'Reject', 'Rejecting…')}
          <CommandLine compact command={`runbooks run approve ${run.id} --plan ${run.planHash} --reason "…"`} />
        </Group>
        {/* Signing in again is asked for over the page; afterwards the same button is pressed again. */}
        <Refused error={decide.error instanceof ApiProblem && decide.error.status === 401 ? null : decide.error} />
      </Stack>
    </Paper>
  );
}
