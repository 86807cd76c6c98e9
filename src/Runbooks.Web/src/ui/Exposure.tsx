import { Text } from '@mantine/core';
import type { components } from '@/api/schema';
import { bytes, duration } from './format';
import { toneText } from './states';
import { TimeText } from './TimeText';

type Figure = components['schemas']['ExposureView'];

/** What would be lost if the primary died now. Zero is only ever shown as proven when the server proved it. */
export function Exposure({ exposure }: { readonly exposure: Figure }) {
  const { state, bytes: lost, seconds, since, text } = exposure;
  if (state === 'proven') return <Text span size="sm">0 — proven</Text>;
  if (state === 'unknown') {
    return (
      <Text span size="sm" fw={600} c={toneText('attention')}>
        {since ? <>unknown since <TimeText at={since} /></> : text}
      </Text>
    );
  }
  // Nothing is known to be missing, and nothing proves it: never a figure that reads as behind.
  if (lost === 0) return <Text span size="sm" fw={600} c={toneText('attention')}>0 — reported, not proven</Text>;
  if (lost == null) return <Text span size="sm">{text}</Text>;
  return (
    <Text span size="sm" fw={600} c={toneText('attention')}>
      {bytes(lost)}{seconds == null ? '' : ` · ${duration(seconds)} behind`}
    </Text>
  );
}
