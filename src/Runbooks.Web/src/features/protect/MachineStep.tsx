import { Anchor, Button, Fieldset, Group, NativeSelect, NumberInput, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { workloadsQuery } from '@/features/workloads/workloads';
import { Refused } from '@/ui/Refused';
import { Disks } from './Disks';
import { describe, emptyMachine, missing, type MachineDraft } from './machine';

interface MachineStepProps {
  readonly group: string;
  readonly onDescribed: (workload: string) => void;
}

/** Which machine: one that is described already, or a new one by its disks at a site. */
export function MachineStep({ group, onDescribed }: MachineStepProps) {
  const [draft, setDraft] = useState<MachineDraft>({ ...emptyMachine, group });
  const set = (change: Partial<MachineDraft>) => setDraft((now) => ({ ...now, ...change }));
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const workloads = useQuery(workloadsQuery);
  const names = (groups.data?.items ?? []).map((each) => each.id);
  const send = useMutation({ mutationFn: () => describe(draft, names), onSuccess: () => onDescribed(draft.id.trim()) });
  const waiting = (workloads.data ?? []).filter((each) => !each.protection);
  const lacks = missing(draft);

  return (
    <Stack>
      {waiting.length > 0 ? (
        <Text size="sm">
          Described and not protected: {waiting.map((each, at) => (
            <span key={each.id}>{at > 0 ? ', ' : ''}<Anchor component={Link} to={`/workloads/protect?workload=${encodeURIComponent(each.id)}`} inherit>{each.id}</Anchor></span>
          ))}
        </Text>
      ) : null}
      <Fieldset legend="Where it lives">
        <NativeSelect
          label="Site" w={320} value={draft.site} onChange={(event) => set({ site: event.currentTarget.value, disks: [] })}
          data={[{ value: '', label: 'choose…' }, ...(sites.data?.items ?? []).map((site) => ({ value: site.id, label: `${site.id} · ${site.state}` }))]}
        />
        <Refused error={sites.error} />
      </Fieldset>
      {draft.site ? <Disks site={draft.site} disks={draft.disks} taken={workloads.data ?? []} onChange={(disks) => set({ disks })} /> : null}
      <Fieldset legend="What it is">
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <TextInput label="Workload" description="Short name, such as db-1" value={draft.id} onChange={(event) => set({ id: event.currentTarget.value })} />
          <TextInput label="Title" description="What people call it" value={draft.title} onChange={(event) => set({ title: event.currentTarget.value })} />
          <TextInput
            label="Group" description={names.length > 0 ? `There: ${names.slice(0, 5).join(', ')}; or a new name` : 'What fails over together'}
            value={draft.group} list="groups-known" onChange={(event) => set({ group: event.currentTarget.value })}
          />
          <TextInput label="Tier" placeholder="database" value={draft.tier} onChange={(event) => set({ tier: event.currentTarget.value })} />
          <NumberInput label="Processors" min={1} value={draft.cpuCount} onChange={(value) => set({ cpuCount: Number(value) })} />
          <NumberInput label="Memory" suffix=" MiB" min={1} value={draft.memoryMiB} onChange={(value) => set({ memoryMiB: Number(value) })} />
        </SimpleGrid>
        <datalist id="groups-known">{names.map((name) => <option key={name} value={name} />)}</datalist>
      </Fieldset>
      <Driver draft={draft} set={set} />
      <Refused error={send.error} />
      <Group>
        <Button onClick={() => send.mutate()} loading={send.isPending} disabled={lacks !== null}>Describe the machine</Button>
        <Text size="sm">{lacks ?? 'Nothing is copied yet.'}</Text>
      </Group>
    </Stack>
  );
}

function Driver({ draft, set }: { readonly draft: MachineDraft; readonly set: (change: Partial<MachineDraft>) => void }) {
  return (
    <Fieldset legend="How it is started at the other site">
      <NativeSelect
        label="Driver" w={420} value={draft.driver} onChange={(event) => set({ driver: event.currentTarget.value as MachineDraft['driver'] })}
        data={[
          { value: 'none', label: 'none: people start it, and the report says so' },
          { value: 'qemu', label: 'qemu: a virtual machine on the copy' },
          { value: 'command', label: 'command: argument lists of your own' },
        ]}
      />
      {draft.driver === 'command' ? (
        <SimpleGrid cols={3} mt="sm">
          {(['start', 'stop', 'health'] as const).map((name) => (
            <Textarea
              key={name} label={name} description="One argument a line; {export}, {socket}, {mode} are filled in" minRows={4} autosize
              value={draft[name]} onChange={(event) => set({ [name]: event.currentTarget.value })}
            />
          ))}
        </SimpleGrid>
      ) : null}
    </Fieldset>
  );
}
