import { Button, Checkbox, Fieldset, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import type { Workload } from '@/features/workloads/workloads';
import { CommandLine } from '@/ui/CommandLine';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { freeVolumes, newVolumeId, quoted, type DiskDraft, type VolumeStatus } from './machine';

interface DisksProps {
  readonly site: string;
  readonly disks: readonly DiskDraft[];
  readonly taken: readonly Workload[];
  readonly onChange: (disks: readonly DiskDraft[]) => void;
}

/** The disks of a new machine: images adopted at the site, as its agent reports them, or new empty ones. */
export function Disks({ site, disks, taken, onChange }: DisksProps) {
  const status = useQuery({
    queryKey: ['sites', site, 'status'],
    queryFn: () => body(api.GET('/api/v1/sites/{site}/status', { params: { path: { site } } })),
    refetchInterval: 2_000,
  });
  const used = new Set(taken.flatMap((workload) => workload.metadata.disks.map((disk) => String(disk.volume))));
  const free = freeVolumes(status.data?.volumes ?? [], used);
  const named = (start: string) => (disks.some((disk) => disk.name === start) ? `disk${disks.length}` : start);
  const toggle = (volume: VolumeStatus, chosen: boolean) =>
    onChange(chosen
      ? [...disks, { name: named(volume.disk || 'disk0'), volume: String(volume.volume), sizeBytes: volume.sizeBytes }]
      : disks.filter((disk) => disk.volume !== String(volume.volume)));
  const rename = (at: number, name: string) => onChange(disks.map((disk, each) => (each === at ? { ...disk, name } : disk)));

  return (
    <Fieldset legend="Its disks">
      <Stack gap="sm">
        <Refused error={status.error} title={`The agent of ${site} could not be asked.`} />
        {free.length > 0 ? <Text size="sm">Adopted at {site} and free:</Text> : <Text size="sm">No image is adopted at {site} that is still free.</Text>}
        {free.map((volume) => (
          <Checkbox
            key={String(volume.volume)} checked={disks.some((disk) => disk.volume === String(volume.volume))}
            onChange={(event) => toggle(volume, event.currentTarget.checked)}
            label={`${bytes(volume.sizeBytes)} · ${volume.exportName || String(volume.volume)}`}
          />
        ))}
        <Adopt site={site} known={new Set(free.map((volume) => String(volume.volume)))} />
        <NewDisk onAdd={(sizeBytes) => onChange([...disks, { name: `disk${disks.length}`, volume: null, sizeBytes }])} />
        {disks.map((disk, at) => (
          <Group key={disk.volume ?? `new-${at}`} gap="sm">
            <TextInput aria-label={`Name of disk ${at + 1}`} size="xs" w={140} value={disk.name} onChange={(event) => rename(at, event.currentTarget.value)} />
            <Text size="sm">{bytes(disk.sizeBytes)}, {disk.volume ? 'adopted' : 'new and empty'}</Text>
            <Button size="compact-xs" variant="subtle" color="gray" onClick={() => onChange(disks.filter((_, each) => each !== at))}>leave out</Button>
          </Group>
        ))}
      </Stack>
    </Fieldset>
  );
}

// A browser has no business in a site's file system: a person adopts at the site, and the page sees it happen.
function Adopt({ site, known }: { readonly site: string; readonly known: ReadonlySet<string> }) {
  const [image, setImage] = useState('');
  const [volume, setVolume] = useState(newVolumeId);
  const arrived = known.has(volume);
  return (
    <Stack gap="xs">
      <TextInput
        label="Adopt a raw image" description={`Its path on the machine of ${site}’s agent. It is served where it lies, never copied or changed in form.`}
        placeholder="/srv/images/db.raw" value={image}
        onChange={(event) => {
          setImage(event.currentTarget.value);
          if (arrived) setVolume(newVolumeId());
        }}
      />
      {image && !arrived ? (
        <>
          <Text size="sm">Run this on that machine, as the agent’s user; the image appears above when the agent has it.</Text>
          <CommandLine command={`Runbooks.SiteAgent volume adopt --data /var/lib/runbooks/agent --id ${volume} --image ${quoted(image)}`} />
        </>
      ) : null}
      {image && arrived ? <Text size="sm" role="status">Adopted: choose it above.</Text> : null}
    </Stack>
  );
}

function NewDisk({ onAdd }: { readonly onAdd: (sizeBytes: number) => void }) {
  const [gibibytes, setGibibytes] = useState<number>(10);
  return (
    <Group align="flex-end" gap="sm">
      <NumberInput label="Or a new empty disk" suffix=" GiB" min={0.01} w={160} value={gibibytes} onChange={(value) => setGibibytes(Number(value))} />
      <Button variant="default" disabled={!(gibibytes > 0)} onClick={() => onAdd(Math.round((gibibytes * 2 ** 30) / 512) * 512)}>Add</Button>
    </Group>
  );
}
