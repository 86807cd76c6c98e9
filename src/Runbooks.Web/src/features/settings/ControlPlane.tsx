import { Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { Facts } from '@/features/workloads/WorkloadSettings';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';

/** Who is active, whether another machine has every record, and what happens when one dies. */
export function ControlPlane() {
  const { data, error } = useQuery({ queryKey: ['control-plane'], queryFn: () => body(api.GET('/api/v1/control-plane')), refetchInterval: 10_000 });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading the control plane…" />;
  const alone = data.databaseStandbys.length === 0;
  return (
    <Stack gap="xl" maw={860}>
      <Facts
        label="Control plane"
        rows={[
          ['active', <>{data.activeInstance} since <TimeText at={data.activeSince} /></>],
          ['this page comes from', `${data.instance}${data.active ? ', the active one' : ''}`],
          ['epoch', String(data.epoch)],
          ['roles', data.roles.join(', ')],
          ['database', <StateMark key="state" state={data.protection} />],
          ...data.databaseStandbys.map((standby): readonly [string, string] => [`standby ${standby.name}`, `${standby.state}, ${standby.syncState}`]),
          ['certificate of the server', `${Math.floor(data.serverCertificateDaysLeft)} days left`],
          ['certificate of the authority', `${Math.floor(data.authorityDaysLeft)} days left`],
          ['version', data.version],
          ['id', data.id],
        ]}
      />
      <Stack gap="xs">
        <Title order={2}>What happens if it dies</Title>
        <Text size="sm">Guests go on: writes do not pass through the control plane. A run that was under way goes on from its last recorded step when a control plane is active again.</Text>
        <Text size="sm">
          {alone
            ? 'The database has no standby: nobody takes over by itself, and a lost disk loses the audit and the runs. Links that break meanwhile go by each protection’s rule for when nobody can be asked.'
            : 'A standby of the database has every record; the passive control plane takes over by itself.'}
        </Text>
        <CommandLine command="runbooks status" />
      </Stack>
    </Stack>
  );
}
