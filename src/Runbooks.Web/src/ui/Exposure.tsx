import { Text } from '@mantine/core';
import { bytes, duration } from './format';

interface ExposureProps {
  readonly bytes: number | null;
  readonly seconds: number | null;
  /** The server's own words; shown when there is no number to show. */
  readonly text: string;
}

/** What would be lost if the primary died now. Zero is only ever shown as proven. */
export function Exposure({ bytes: lost, seconds, text }: ExposureProps) {
  if (lost === null) {
    return <Text span size="sm">{text}</Text>;
  }
  if (lost === 0) {
    return <Text span size="sm">0 — proven</Text>;
  }
  return (
    <Text span size="sm" fw={600} style={{ fontVariantNumeric: 'tabular-nums' }}>
      {bytes(lost)}{seconds === null ? '' : ` · ${duration(seconds)} behind`}
    </Text>
  );
}
