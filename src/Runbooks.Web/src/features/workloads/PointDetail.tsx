import { Alert, Button, Group, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { Link } from 'react-router';
import { api } from '@/api/client';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { bytes, duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { exact, TimeText } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { DropPoint } from './DropPoint';
import { reasonWords, type PointAtSites } from './timeLine';
import type { Workload } from './workloads';

interface PointDetailProps {
  readonly workload: Workload;
  readonly point: PointAtSites;
  readonly close: () => void;
}

/** One recovery point and what can be done with it: rehearse it, go back to it, keep it. */
export function PointDetail({ workload, point, close }: PointDetailProps) {
  const zone = useZone();
  const mayStart = useCan('startRun');
  const mayKeep = useCan('keepRecoveryPoint');
  const mayDrop = useCan('dropRecoveryPoint');
  // A failover goes to another site, and only where the point is.
  const targets = point.sites.filter((site) => site !== workload.site);
  // A drill removes its own point at its end.
  const ofDrill = point.reason === 'drill';
  const start = (runbook: string, to?: string) => {
    const query = new URLSearchParams({ runbook, group: workload.group, 'in.point': point.id, ...(to ? { 'in.to': to } : {}) });
    return `/runs/start?${query.toString()}`;
  };
  return (
    <Paper withBorder p="md" component="section" aria-label="Recovery point">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600}>{exact(new Date(point.at), zone)} (<TimeText at={point.at} />), {reasonWords(point.reason)}</Text>
          <Button variant="subtle" color="gray" onClick={close}>Close</Button>
        </Group>
        <Text size="sm">
          {[
            `kept at ${point.sites.join(', ')}`,
            point.pauseMilliseconds === null ? '' : `writes waited ${duration(point.pauseMilliseconds / 1000)} for it`,
            point.divergedBytes === null ? '' : `${bytes(point.divergedBytes)} that nobody else has`,
            point.digest === '' ? 'its digest is not computed yet' : `digest ${point.digest.slice(0, 16)}…`,
          ].filter(Boolean).join(' · ')}
        </Text>
        {point.pinned ? <Text size="sm">Kept for good{point.keptBy ? ` by ${point.keptBy}` : ''}{point.keptReason ? `: ${point.keptReason}` : ''}.</Text> : null}
        <Group gap="xs" align="flex-end">
          {mayStart && workload.protection && targets.length > 0 && !ofDrill ? (
            <>
              <Button component={Link} to={start('drill-isolated')} variant="default">Drill from here…</Button>
              {targets.map((site) => (
                <Button key={site} component={Link} to={start('failover-unplanned', site)} variant="outline" color="red.8">Fail over to here, at {site}…</Button>
              ))}
            </>
          ) : null}
          <CommandLine compact command={`runbooks point get ${point.id}`} />
        </Group>
        {targets.length === 0 && !ofDrill ? <Text size="sm">It is kept only at {workload.site}, where the machine runs: a drill or a failover needs it at another site.</Text> : null}
        {ofDrill ? <Text size="sm">It belongs to a drill, which removes it at its end; nobody can count on it.</Text> : null}
        {mayKeep && !ofDrill ? <Keep key={String(point.pinned)} point={point} /> : null}
        {mayDrop && !ofDrill && !point.pinned ? <DropPoint point={point} /> : null}
      </Stack>
    </Paper>
  );
}

function Keep({ point }: { readonly point: PointAtSites }) {
  const [reason, setReason] = useState('');
  const queries = useQueryClient();
  const keep = useMutation({
    mutationFn: () => api.PATCH('/api/v1/recovery-points/{point}', { params: { path: { point: point.id } }, body: { pinned: !point.pinned, reason: reason.trim() } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['recovery-points'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim().length >= 3) keep.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="flex-end">
        <TextInput
          label={point.pinned ? 'Why it need not be kept any more' : 'Why it is kept'} description="It is recorded." w={320} size="xs"
          value={reason} onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={reason.trim().length < 3} loading={keep.isPending}>{point.pinned ? 'Let it go with its age' : 'Keep it for good'}</Button>
      </Group>
      {keep.error ? <Refused error={keep.error} /> : null}
      {point.pinned ? null : <Text size="xs" c="dimmed">A point that is kept is not removed by its age or number until somebody lets it go.</Text>}
    </form>
  );
}

/** For a point that the address names and the server no longer has. */
export function PointGone({ id, close }: { readonly id: string; readonly close: () => void }) {
  return (
    <Alert variant="default" role="status" title="This recovery point is not there any more">
      <Text size="sm">{id} was removed by its age, by its number, or by the drill that made it. <Button variant="subtle" size="compact-xs" onClick={close}>Close</Button></Text>
    </Alert>
  );
}
