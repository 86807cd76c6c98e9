import { Button, Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { bytes, duration } from '@/ui/format';
import { ChangeTerms } from './ChangeTerms';
import { lossWords } from './policyWords';
import type { Workload } from './workloads';

const RemoveProtection = lazy(async () => ({ default: (await import('./RemoveProtection')).RemoveProtection }));

/** What was agreed for the workload, and how the machine is described. */
export function WorkloadSettings({ workload }: { readonly workload: Workload }) {
  const { protection } = workload;
  const policy = protection?.policy;
  const { metadata } = workload;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="xl">
      <Stack gap="xs">
        <Title order={2}>Protection</Title>
        {policy ? (
          <Facts
            label="Protection"
            rows={[
              ['home site', String(policy.homeSite)],
              ['copies at', policy.standbys.map(String).join(', ')],
              ['mode', policy.mode ?? 'synchronous'],
              ['when the link is lost', lossWords[policy.onLinkLoss ?? 'arbitrate'].title],
              ['when nobody can be asked', policy.ifArbiterUnreachable === 'continue' ? 'writes go on' : 'writes wait'],
              ['a silent copy is lost after', duration(policy.peerTimeoutSeconds ?? 0)],
              ['a returned copy must stay', duration(policy.holdDownSeconds ?? 0)],
              ['catch-up at most', policy.catchUpBytesPerSecondMax ? `${bytes(policy.catchUpBytesPerSecondMax)}/s` : 'no limit'],
              ['recovery time objective', duration(policy.rtoSeconds ?? 0)],
              ['recovery point objective', duration(policy.rpoSeconds ?? 0)],
              ['recovery points', policy.recoveryPointEverySeconds ? `every ${duration(policy.recoveryPointEverySeconds)}, ${policy.recoveryPointsKept ?? 0} kept` : 'only when a run makes one'],
              ['id', String(policy.id)],
            ]}
          />
        ) : <Text size="sm">Not protected.</Text>}
        {protection ? <Actions key={protection.id} workload={workload} protection={protection} /> : null}
        <CommandLine command={`runbooks protection get ${workload.id} -o yaml`} />
      </Stack>
      <Stack gap="xs">
        <Title order={2}>Machine</Title>
        <Facts
          label="Machine"
          rows={[
            ['title', metadata.title],
            ['group', workload.group],
            ['tier', metadata.tier || '—'],
            ['processors', String(metadata.cpuCount)],
            ['memory', bytes(metadata.memoryMiB * 2 ** 20)],
            ['firmware', metadata.firmware],
            ...metadata.disks.map((disk): readonly [string, string] => [disk.name, `${bytes(disk.sizeBytes)} · ${disk.volume}`]),
            ...metadata.nics.map((nic): readonly [string, string] => [nic.name, nicWords(nic)]),
            ['started by', metadata.driver.kind === 'none' ? 'nobody: the report says so' : metadata.driver.kind],
          ]}
        />
        <CommandLine command={`runbooks workload get ${workload.id} -o yaml`} />
      </Stack>
    </SimpleGrid>
  );
}

const placed = (at: string, { network, address }: { network: string; address?: string | null }) => `${at}: ${network}${address ? `, ${address}` : ''}`;

/** Where a network card is plugged in at each site, and in a drill. */
function nicWords(nic: Workload['metadata']['nics'][number]): string {
  return [
    nic.mac ?? 'any address',
    ...Object.entries(nic.mappings).map(([site, mapping]) => placed(`at ${site}`, mapping)),
    nic.drillMapping == null ? '' : placed('in a drill', nic.drillMapping),
  ].filter(Boolean).join(' · ');
}

function Actions({ workload, protection }: { readonly workload: Workload; readonly protection: NonNullable<Workload['protection']> }) {
  const mayChange = useCan('changeProtection');
  const mayRemove = useCan('removeProtection');
  const [open, setOpen] = useState<'change' | 'remove' | null>(null);
  if (open === 'change') return <ChangeTerms protection={protection} close={() => setOpen(null)} />;
  return (
    <Group gap="xs">
      {mayChange ? <Button variant="default" onClick={() => setOpen('change')}>Change objectives…</Button> : null}
      {mayRemove ? <Button variant="outline" color="red.8" onClick={() => setOpen('remove')}>Remove the protection…</Button> : null}
      {open === 'remove' ? <Suspense><RemoveProtection workload={workload} protection={protection} close={() => setOpen(null)} /></Suspense> : null}
    </Group>
  );
}

export function Facts({ label, rows }: { readonly label: string; readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <Table aria-label={label} verticalSpacing={4} highlightOnHover={false}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w={210} fw={400} c="dimmed">{name}</Table.Th>
            <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
