import { ActionIcon, Group, Paper, Slider, Text } from '@mantine/core';
import { IconPlayerPauseFilled, IconPlayerPlayFilled, IconPlayerTrackNextFilled, IconPlayerTrackPrevFilled } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { duration } from '@/ui/format';
import { useNow } from '@/ui/now';
import { StateMark } from '@/ui/StateMark';
import { exact } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import type { RunHistory, RunPicture } from '../model/history';
import type { useWhere } from './where';

interface ReplayBarProps {
  readonly history: RunHistory;
  readonly picture: RunPicture;
  readonly where: ReturnType<typeof useWhere>;
}

const framesPerSecond = 5;
const playsInSeconds = 30;

/** The run at a moment of the past; the moment is in the address. Plays any run in half a minute at most. */
export function ReplayBar({ history, picture, where }: ReplayBarProps) {
  const zone = useZone();
  const now = useNow();
  const [playing, setPlaying] = useState(false);
  const length = ((history.to ?? now.getTime()) - history.from) / 1000;
  const at = Math.min(where.at ?? 0, length);
  const go = (seconds: number) => where.set('at', String(Math.round(Math.max(0, Math.min(length, seconds)) * 10) / 10));
  const moments = [...new Set(history.steps.map((step) => step.at))];
  const jump = (forward: boolean) => {
    const here = history.from + at * 1000;
    const next = forward ? moments.find((moment) => moment > here + 100) : moments.findLast((moment) => moment < here - 100);
    go(((next ?? (forward ? history.from + length * 1000 : history.from)) - history.from) / 1000 + (next ? 0.05 : 0));
  };

  useEffect(() => {
    if (!playing) return undefined;
    const speed = Math.max(1, length / playsInSeconds);
    const timer = setTimeout(() => {
      const next = at + speed / framesPerSecond;
      if (next >= length) setPlaying(false);
      go(next);
    }, 1000 / framesPerSecond);
    return () => clearTimeout(timer);
  });

  return (
    <Paper withBorder p="sm" role="group" aria-label="Replay">
      <Group gap="sm" wrap="nowrap">
        <ActionIcon variant="default" aria-label="One change back" onClick={() => jump(false)}><IconPlayerTrackPrevFilled size={14} aria-hidden /></ActionIcon>
        <ActionIcon variant="default" aria-label={playing ? 'Stop playing' : 'Play'} onClick={() => setPlaying(!playing)}>
          {playing ? <IconPlayerPauseFilled size={14} aria-hidden /> : <IconPlayerPlayFilled size={14} aria-hidden />}
        </ActionIcon>
        <ActionIcon variant="default" aria-label="One change on" onClick={() => jump(true)}><IconPlayerTrackNextFilled size={14} aria-hidden /></ActionIcon>
        <Slider
          style={{ flex: 1 }} value={at} min={0} max={length} step={0.1} label={null} onChange={go} size="sm"
          thumbLabel="Moment of the run" thumbProps={{ 'aria-valuetext': `${duration(at)} after the request, run ${picture.state}` }}
        />
        <Text size="sm" w={110} ta="right">{duration(at)} of {duration(length)}</Text>
        <StateMark state={picture.state} />
      </Group>
      <Text size="xs" c="dimmed" mt={4}>
        The run as it stood at {exact(new Date(picture.at), zone)}, out of its audit records. Nothing here acts on anything.
      </Text>
    </Paper>
  );
}
