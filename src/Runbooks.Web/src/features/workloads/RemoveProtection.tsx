import { Alert, Button, Group, Modal, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { api, body } from '@/api/client';
import { PlanPreview } from '@/features/runs/start/PlanPreview';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { RunBand } from '@/ui/RunBand';
import { Waiting } from '@/ui/Waiting';
import type { components } from '@/api/schema';
import type { Protection, Workload } from './workloads';

type Explained = components['schemas']['ExplainView'];

interface RemoveProtectionProps {
  readonly workload: Workload;
  readonly protection: Protection;
  readonly close: () => void;
}

/** The end of a protection is a real run: what will happen is the server's own plan, and its hash goes with the request. */
export function RemoveProtection({ workload, protection, close }: RemoveProtectionProps) {
  const [keepCopies, setKeepCopies] = useState(true);
  const plan = useQuery({
    queryKey: ['protections', protection.id, 'removal', keepCopies, protection.version],
    queryFn: () => explained(protection, keepCopies),
    staleTime: 0,
    retry: false,
  });
  return (
    <Modal opened onClose={close} size="xl" title={`Remove the protection of ${workload.id}`}>
      <Stack gap="sm">
        <RunBand real group={workload.group} />
        <Radio.Group label="Its copies" value={String(keepCopies)} onChange={(value) => setKeepCopies(value === 'true')}>
          <Stack gap={6} mt={4}>
            <Radio value="true" label="Keep them, fenced: they can be looked at, and nothing follows them any more" />
            <Radio value="false" label="Delete them with their recovery points: this cannot be taken back" />
          </Stack>
        </Radio.Group>
        <Refused error={plan.error} title="It cannot be removed now." />
        {plan.isPending ? <Waiting what="Working out what would happen…" /> : null}
        {plan.data && !plan.error ? <Agree key={plan.data.planHash} plan={plan.data} workload={workload} protection={protection} keepCopies={keepCopies} /> : null}
      </Stack>
    </Modal>
  );
}

interface AgreeProps {
  readonly plan: Explained;
  readonly workload: Workload;
  readonly protection: Protection;
  readonly keepCopies: boolean;
}

function Agree({ plan, workload, protection, keepCopies }: AgreeProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  // Asked twice over a cut line, it happens once.
  const [once] = useState(() => crypto.randomUUID());
  const remove = useMutation({
    mutationFn: () => body(api.DELETE('/api/v1/protections/{protection}', {
      params: { path: { protection: protection.id }, query: { keepCopies, reason: reason.trim(), planHash: plan.planHash } },
      headers: { 'If-Match': `"${protection.version}"`, 'Idempotency-Key': once },
    })),
    onSuccess: (run) => ('id' in run ? navigate(`/runs/${run.id}`) : undefined),
  });
  const irreversible = plan.steps.filter((step) => step.irreversible).map((step) => `“${step.title}”`);
  return (
    <>
      <Text size="sm">{plan.summary}</Text>
      <Text size="sm">Exposure now: {plan.exposure}. Afterwards {workload.id} has no other complete copy that follows it: if {workload.site} is lost, what it wrote since is lost with it.</Text>
      {irreversible.length > 0 ? <Alert variant="light" color="red" title="This cannot be taken back">{irreversible.join(', ')}. Protecting it again makes a full copy.</Alert> : null}
      <PlanPreview steps={plan.steps} />
      <TextInput label="Reason" description="It is recorded with your name." required value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      <TextInput label={`This is REAL. Type the group's name: ${workload.group}`} value={typed} autoComplete="off" onChange={(event) => setTyped(event.currentTarget.value)} />
      <Refused error={remove.error} title="It was not asked for." />
      <Group justify="space-between">
        <CommandLine compact command={`runbooks protection remove ${workload.id} ${keepCopies ? '' : '--keep-copies false '}--reason '${reason.trim() || '…'}'`} />
        <Button color="red.8" disabled={typed !== workload.group || reason.trim().length < 3 || remove.isSuccess} loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove the protection of {workload.id} now
        </Button>
      </Group>
    </>
  );
}

// Asked with dryRun the server explains instead of acting.
async function explained(protection: Protection, keepCopies: boolean): Promise<Explained> {
  const answer = await body(api.DELETE('/api/v1/protections/{protection}', {
    params: { path: { protection: protection.id }, query: { keepCopies, dryRun: true } },
  }));
  if ('steps' in answer) return answer;
  throw new Error(`Asked what would happen, the control plane answered with run ${answer.id}.`);
}
