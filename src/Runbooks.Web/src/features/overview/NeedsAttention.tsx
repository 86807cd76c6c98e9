import { Button, Card, Group, List, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { Exposure } from '@/ui/Exposure';
import { StateMark } from '@/ui/StateMark';
import { meaningOf, toneColour, toneText } from '@/ui/states';
import { needsAttention, nextStep, type OverviewGroup, type Reason } from './overview';

/** What a person should look at now, worst first, each with the reason and the way to mend it. */
export function NeedsAttention({ groups }: { readonly groups: readonly OverviewGroup[] }) {
  const [all, setAll] = useState(false);
  const waiting = groups.filter(needsAttention);
  const shown = all ? waiting : waiting.slice(0, groupsShown);
  return (
    <Stack component="section" aria-labelledby="attention" gap="sm">
      <Title order={2} id="attention">Needs attention{waiting.length > 0 ? ` (${waiting.length})` : ''}</Title>
      {waiting.length === 0
        ? <Text size="sm">Nothing: every group is protected and ready to fail over.</Text>
        : shown.map((group) => <Attention key={group.id} group={group} />)}
      {waiting.length > groupsShown ? (
        <Button variant="default" onClick={() => setAll(!all)} style={{ alignSelf: 'flex-start' }}>
          {all ? `Show the worst ${groupsShown} only` : `Show the other ${waiting.length - groupsShown} groups`}
        </Button>
      ) : null}
    </Stack>
  );
}

// The table beneath has every group; here stand those to begin with.
const groupsShown = 8;
const reasonsShown = 4;

function Attention({ group }: { readonly group: OverviewGroup }) {
  const { reasons } = group.readiness;
  const steps = [...new Map(reasons.flatMap((reason) => {
    const step = nextStep(reason, group.id);
    // While its copies are what is wrong, a rehearsal is not what mends the group.
    return step && (group.state === 'protected' || !step.to.startsWith('/drills')) ? [[step.to, step] as const] : [];
  })).values()].slice(0, 2);
  // A group that is protected and yet stands here does so for its readiness, and is edged by that.
  const tone = meaningOf(group.state === 'protected' ? group.readiness.state : group.state).tone;
  return (
    <Card
      withBorder padding="sm" component="article" aria-label={group.title}
      style={{ borderLeft: `4px solid light-dark(var(--mantine-color-${toneColour[tone]}-7), var(--mantine-color-${toneColour[tone]}-5))` }}
    >
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="xl">
        <Stack gap={4} style={{ minWidth: 0 }}>
          <Group gap="lg">
            <Text fw={700}>{group.title}</Text>
            <StateMark state={group.state} since={group.state === 'protected' ? null : group.since} />
            <Text span size="sm" c="dimmed">exposure <Exposure exposure={group.exposure} /></Text>
          </Group>
          {group.cause ? <Text size="sm">{group.cause}</Text> : null}
          <Reasons reasons={reasons} />
        </Stack>
        <Group gap="xs" wrap="nowrap">
          {steps.map((step) => <Button key={step.to} component={Link} to={step.to} variant="light">{step.label}</Button>)}
          <Button
            component={Link} variant="default" aria-label={`Open ${group.title}`}
            to={group.runInFlight ? `/runs/${group.runInFlight}` : `/workloads?group=${encodeURIComponent(group.id)}`}
          >
            {group.runInFlight ? 'Open its run' : 'Open'}
          </Button>
        </Group>
      </Group>
    </Card>
  );
}

function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <List size="sm" spacing={2} listStyleType="none">
      {reasons.slice(0, reasonsShown).map((reason) => (
        <List.Item key={reason.code + reason.subject}>
          <Text span inherit fw={600} c={toneText(reason.severity === 'blocks' ? 'danger' : 'attention')}>
            {reason.severity === 'blocks' ? 'Blocks' : 'Warns'}
          </Text>
          {' '}{reason.text}{' '}
          <Text span inherit c="dimmed">{reason.correction}</Text>
        </List.Item>
      ))}
      {reasons.length > reasonsShown ? <List.Item>and {reasons.length - reasonsShown} more</List.Item> : null}
    </List>
  );
}
