import { Button, Checkbox, Fieldset, Group, NativeSelect, NumberInput, Radio, SimpleGrid, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { lossWords } from '@/features/workloads/policyWords';
import type { Workload } from '@/features/workloads/workloads';
import { bytes } from '@/ui/format';
import { StateMark } from '@/ui/StateMark';
import { StartProtection } from './StartProtection';
import { usualTerms, type Terms } from './terms';

/** What is agreed: where the copies are, what a lost link means, what is promised. */
export function TermsStep({ workload }: { readonly workload: Workload }) {
  const [terms, setTerms] = useState<Terms>(usualTerms);
  const [checking, setChecking] = useState(false);
  const set = (change: Partial<Terms>) => {
    setTerms((now) => ({ ...now, ...change }));
    setChecking(false);
  };
  return (
    <Stack>
      <Text>
        <b>{workload.id}</b> at {workload.site}: {workload.metadata.disks.map((disk) => `${disk.name} ${bytes(disk.sizeBytes)}`).join(', ')}
      </Text>
      <Copies workload={workload} terms={terms} set={set} />
      <LinkLoss terms={terms} set={set} />
      <Objectives terms={terms} set={set} />
      {checking ? <StartProtection workload={workload} terms={terms} /> : (
        <Group>
          <Button disabled={terms.standbys.length === 0} onClick={() => setChecking(true)}>Check</Button>
          {terms.standbys.length === 0 ? <Text size="sm">Choose at least one site for a copy.</Text> : null}
        </Group>
      )}
    </Stack>
  );
}

interface PartProps {
  readonly terms: Terms;
  readonly set: (change: Partial<Terms>) => void;
}

function Copies({ workload, terms, set }: PartProps & { readonly workload: Workload }) {
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const others = (sites.data?.items ?? []).filter((site) => site.id !== workload.site);
  const size = workload.metadata.disks.reduce((sum, disk) => sum + disk.sizeBytes, 0);
  return (
    <Fieldset legend="Copies">
      <Stack gap="sm">
        {sites.data && others.length === 0 ? <Text size="sm">There is no other site. Add one under Sites first.</Text> : null}
        <Checkbox.Group label="Sites that hold a copy" value={[...terms.standbys]} onChange={(standbys) => set({ standbys })}>
          <Stack gap={6} mt={6}>
            {others.map((site) => (
              <Checkbox
                key={site.id} value={site.id}
                label={(
                  <>
                    {site.id} <StateMark state={site.state} />{' '}
                    {site.agent ? <Text span size="sm">{bytes(site.agent.freeBytes)} free{site.agent.freeBytes < size ? `, and the disks have ${bytes(size)}` : ''}</Text> : null}
                  </>
                )}
              />
            ))}
          </Stack>
        </Checkbox.Group>
        <NativeSelect
          label="Mode" description="A write is acknowledged when both sites have it." w={320} value="synchronous" onChange={() => undefined}
          data={[
            { value: 'synchronous', label: 'synchronous' },
            { value: 'asynchronous', label: 'asynchronous — not in this version', disabled: true },
            { value: 'backup', label: 'backup — not in this version', disabled: true },
          ]}
        />
      </Stack>
    </Fieldset>
  );
}

function LinkLoss({ terms, set }: PartProps) {
  return (
    <Fieldset legend="When the link is lost">
      <Stack gap="sm">
        <Radio.Group aria-label="When the link is lost" value={terms.onLinkLoss} onChange={(value) => set({ onLinkLoss: value as Terms['onLinkLoss'] })}>
          <Stack gap="sm">
            {Object.entries(lossWords).map(([value, words]) => (
              <Radio key={value} value={value} label={words.title} description={words.text} />
            ))}
          </Stack>
        </Radio.Group>
        <Group align="flex-end">
          <NumberInput
            label="A silent copy counts as lost after" suffix=" s" min={0.5} max={300} w={240}
            value={terms.peerTimeoutSeconds} onChange={(value) => set({ peerTimeoutSeconds: Number(value) })}
          />
          {terms.onLinkLoss === 'arbitrate' ? (
            <NativeSelect
              label="When nobody can be asked" w={280} value={terms.ifArbiterUnreachable}
              onChange={(event) => set({ ifArbiterUnreachable: event.currentTarget.value as Terms['ifArbiterUnreachable'] })}
              data={[{ value: 'suspend', label: 'writes wait' }, { value: 'continue', label: 'writes go on; completeness unknown' }]}
            />
          ) : null}
        </Group>
      </Stack>
    </Fieldset>
  );
}

function Objectives({ terms, set }: PartProps) {
  return (
    <Fieldset legend="Objectives and recovery points">
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <NumberInput label="Runs again within (RTO)" suffix=" min" min={1} value={terms.rtoMinutes} onChange={(value) => set({ rtoMinutes: Number(value) })} />
        <NumberInput label="May lose at most (RPO)" suffix=" s" min={0} value={terms.rpoSeconds} onChange={(value) => set({ rpoSeconds: Number(value) })} />
        <NumberInput
          label="Copying takes at most" description="0 is no limit" suffix=" MiB/s" min={0} inputWrapperOrder={['label', 'input', 'description']}
          value={terms.catchUpMiBPerSecond} onChange={(value) => set({ catchUpMiBPerSecond: Number(value) })}
        />
        <NumberInput
          label="A recovery point every" description="0 makes none by the clock" suffix=" min" min={0} inputWrapperOrder={['label', 'input', 'description']}
          value={terms.pointEveryMinutes} onChange={(value) => set({ pointEveryMinutes: Number(value) })}
        />
        <NumberInput label="Recovery points kept" min={1} value={terms.pointsKept} onChange={(value) => set({ pointsKept: Number(value) })} />
        <TextInput label="Why" description="It is recorded in the audit" inputWrapperOrder={['label', 'input', 'description']} value={terms.reason} onChange={(event) => set({ reason: event.currentTarget.value })} />
      </SimpleGrid>
    </Fieldset>
  );
}
