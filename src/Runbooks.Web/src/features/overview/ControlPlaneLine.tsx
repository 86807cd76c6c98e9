import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import type { Overview } from './overview';

/** Who is active, and whether a second machine would take over with every record. */
export function ControlPlaneLine({ overview }: { readonly overview: Overview }) {
  const { controlPlane: plane } = overview;
  return (
    <Text size="sm" component="p" m={0}>
      <Anchor component={Link} to="/settings/control-plane" inherit fw={600}>Control plane</Anchor>
      {': active '}{plane.activeInstance} since <TimeText at={plane.activeSince} />
      {plane.thisIsActive ? '' : ' (this page is served by another)'}
      {' · database '}<StateMark state={plane.protection} />
      {plane.databaseStandbys === 0 ? ' no standby' : ` ${plane.databaseStandbys} standby`}
    </Text>
  );
}
