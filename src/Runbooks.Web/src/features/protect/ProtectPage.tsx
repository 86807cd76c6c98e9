import { Anchor, Stack, Stepper, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { workloadQuery } from '@/features/workloads/workloads';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { MachineStep } from './MachineStep';
import { ProtectedStep } from './ProtectedStep';
import { TermsStep } from './TermsStep';

/**
 * The way to a protection. Where one is on it stands in the address: a workload that is described goes on to its
 * terms, one that is protected to its progress; leaving and coming back loses nothing that was said to the server.
 */
export function Component() {
  const [address, setAddress] = useSearchParams();
  const queries = useQueryClient();
  const id = address.get('workload');
  const described = useQuery({ ...workloadQuery(id ?? ''), enabled: id !== null });
  const workload = described.data?.workload;
  const at = id === null ? 0 : workload?.protection ? 2 : 1;

  return (
    <Stack maw={980}>
      <Title order={1}>Protect a workload</Title>
      <Stepper active={at} size="sm" allowNextStepsSelect={false} aria-label="Steps" mb="md">
        <Stepper.Step label="The machine" description="adopt its disks" />
        <Stepper.Step label="The agreement" description="sites, link loss, objectives" />
        <Stepper.Step label="The copy" description="until in sync" />
      </Stepper>
      {id === null ? (
        <MachineStep
          group={address.get('group') ?? ''}
          onDescribed={(next) => {
            void queries.invalidateQueries({ queryKey: ['workloads'] });
            setAddress({ workload: next });
          }}
        />
      ) : null}
      {id !== null && !workload ? (described.error
        ? <Refused error={described.error} title={`Workload ${id} could not be read.`} />
        : <Waiting what={`Reading ${id}…`} />) : null}
      {workload && !workload.protection ? <TermsStep workload={workload} /> : null}
      {workload?.protection ? <ProtectedStep workload={workload} /> : null}
      {id === null ? null : (
        <Text size="sm"><Anchor component={Link} to="/workloads/protect" inherit>Protect another workload</Anchor></Text>
      )}
    </Stack>
  );
}
