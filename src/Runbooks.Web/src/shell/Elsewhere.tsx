import { Alert, Anchor, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { useLocation } from 'react-router';
import { addresses } from '@/api/address';
import { api, body } from '@/api/client';
import { useLive, useLiveness } from './live';

const againMs = 3_000;

/** Learns the other control planes while this one answers, and goes on with one of them when it does not. */
export function Elsewhere() {
  const live = useLive();
  const queries = useQueryClient();
  const stale = useLiveness().name === 'stale';
  const { here, asksSignIn } = useWhereabouts();
  const { data } = useQuery({ queryKey: ['control-plane'], queryFn: () => body(api.GET('/api/v1/control-plane')), staleTime: 300_000 });
  const peers = data?.addresses.peers;
  // What another one says of its others names the first, and not itself: the page keeps the list it began with.
  useEffect(() => {
    if (peers && addresses.current().here === '') addresses.learn(peers);
  }, [peers]);
  useEffect(() => {
    if (!stale) return undefined;
    let left = false;
    let next: ReturnType<typeof setTimeout> | undefined;
    const seek = async () => {
      const moved = await addresses.seek();
      if (left) return;
      if (moved) {
        live.restart();
        void queries.invalidateQueries();
      }
      next = setTimeout(() => void seek(), againMs);
    };
    void seek();
    return () => {
      left = true;
      clearTimeout(next);
    };
  }, [stale, live, queries]);
  const { pathname, search } = useLocation();

  if (stale && asksSignIn !== null) {
    return (
      <Alert color="amber" variant="light" mb="md" role="status" title="The control plane of this page does not answer">
        <Text size="sm">
          {hostOf(asksSignIn)} answers. Sign in there to go on; this page and what you typed in it stay open here.{' '}
          <Anchor href={`${asksSignIn}/signin?next=${encodeURIComponent(pathname + search)}`} target="_blank" rel="noreferrer" inherit>Open this page at {hostOf(asksSignIn)}</Anchor>
        </Text>
      </Alert>
    );
  }
  if (here === '') return null;
  return (
    <Text size="sm" mb="sm" role="status">
      {window.location.host} does not answer; this page goes on with {hostOf(here)}.{' '}
      <Anchor href={`${here}${pathname}${search}`} inherit>Open it there</Anchor>
    </Text>
  );
}

export function useWhereabouts() {
  return useSyncExternalStore(addresses.subscribe, addresses.current);
}

const hostOf = (address: string): string => (address === '' ? window.location.host : new URL(address).host);
