import { Group, Text } from '@mantine/core';
import {
  IconAlertTriangleFilled,
  IconCircleCheckFilled,
  IconCircleDashed,
  IconHelpCircleFilled,
  IconLoader2,
  IconAlertOctagonFilled,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { meaningOf, toneText, type Tone } from './states';
import { TimeText } from './TimeText';

const icons: Readonly<Record<Tone, typeof IconCircleDashed>> = {
  ok: IconCircleCheckFilled,
  working: IconLoader2,
  attention: IconAlertTriangleFilled,
  danger: IconAlertOctagonFilled,
  idle: IconCircleDashed,
  asking: IconHelpCircleFilled,
};

interface StateMarkProps {
  readonly state: string;
  readonly since?: string | null;
  readonly detail?: ReactNode;
}

/** A state as icon, word and colour together, with the time it began when that is known. */
export function StateMark({ state, since, detail }: StateMarkProps) {
  const { tone, word } = meaningOf(state);
  const Icon = icons[tone];
  const colour = toneText(tone);
  return (
    <Group gap={6} wrap="nowrap" component="span" display="inline-flex" style={{ verticalAlign: 'middle' }}>
      <Icon size={16} color={colour} aria-hidden style={{ flex: 'none' }} />
      <Text span fw={600} size="sm" c={colour}>
        {word}
      </Text>
      {since ? (
        <Text span size="sm" c="dimmed">
          since <TimeText at={since} />
        </Text>
      ) : null}
      {detail ? (
        <Text span size="sm" c="dimmed">
          {detail}
        </Text>
      ) : null}
    </Group>
  );
}
