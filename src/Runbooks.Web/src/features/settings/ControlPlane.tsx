import { Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { Facts } from '@/features/workloads/WorkloadSettings';
import { CommandLine } from '@/ui/CommandLine';
import { bytes } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';

/** Who is active, whether another machine has every record, and what happens when a part dies. */
export function ControlPlane() {
  const { data, error } = useQuery({ queryKey: ['control-plane'], queryFn: () => body(api.GET('/api/v1/control-plane')), refetchInterval: 10_000 });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading the control plane…" />;
  const { addresses, database, engine } = data;
  return (
    <Stack gap="xl" maw={980}>
      <Facts
        label="Control plane"
        rows={[
          ['active', <>{data.activeInstance} since <TimeText at={data.activeSince} /></>],
          ['this page comes from', `${data.instance}, ${data.active ? 'the active one' : 'a passive one'}`],
          ['other consoles', addresses.peers.join(', ') || 'none known (started without --console-peer)'],
          ['copy of the database', <StateMark key="state" state={data.protection} {...(data.databaseStandbys.length === 0 ? { detail: 'no standby, so no witness decides either' } : {})} />],
          ...data.databaseStandbys.map((standby): readonly [string, string] => [`standby ${standby.name}`, `${standby.state}, ${standby.syncState}`]),
          ['epoch', String(data.epoch)],
        ]}
      />
      <Stack gap="xs">
        <Title order={2}>What happens if it dies</Title>
        <Text size="sm">Guests go on in every case: their writes do not pass through the control plane.</Text>
        <Table aria-label="What happens if it dies" verticalSpacing={6}>
          <Table.Thead><Table.Tr><Table.Th>when this dies</Table.Th><Table.Th>then</Table.Th><Table.Th>what takes over</Table.Th></Table.Tr></Table.Thead>
          <Table.Tbody>
            {data.whatIf.map((fact) => (
              <Table.Tr key={fact.part}>
                <Table.Th scope="row" fw={600} style={{ verticalAlign: 'top' }}>{fact.part}</Table.Th>
                <Table.Td style={{ verticalAlign: 'top' }}>{fact.effect}</Table.Td>
                <Table.Td style={{ verticalAlign: 'top' }}>{fact.takeover}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        <CommandLine command="runbooks status" />
      </Stack>
      <Stack gap="xs">
        <Title order={2}>Parts</Title>
        <Facts
          label="Parts of the control plane"
          rows={[
            ['console and REST', addresses.api],
            ['agents connect to', [...new Set([addresses.agent, ...addresses.controlPlanes])].join(', ')],
            ['database', `PostgreSQL ${database.version} at ${database.address}, ${database.name}, ${bytes(database.sizeBytes)}${database.private ? ', its own' : ''}`],
            ['audit', `${database.auditRecords.toLocaleString('en')} records`],
            ['engine', engine.kind === 'embedded' ? `embedded, namespace ${engine.namespace}` : `${engine.address ?? engine.kind}, namespace ${engine.namespace}`],
            ['roles of this one', data.roles.join(', ')],
            ['certificate of the server', `${Math.floor(data.serverCertificateDaysLeft)} days left`],
            ['certificate of the authority', `${Math.floor(data.authorityDaysLeft)} days left`],
            ['version', data.version],
            ['id', data.id],
          ]}
        />
      </Stack>
    </Stack>
  );
}
