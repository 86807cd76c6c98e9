import { useSyncExternalStore } from 'react';

const key = 'runbooks.zone';
const watchers = new Set<() => void>();

/** The zone that all times are shown in: the browser's, or UTC when the person chose so. */
export function useZone(): string {
  return useSyncExternalStore(subscribe, zone);
}

export function zone(): string {
  return localStorage.getItem(key) === 'UTC' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function chooseZone(next: 'UTC' | 'local'): void {
  localStorage.setItem(key, next);
  watchers.forEach((watch) => watch());
}

function subscribe(watch: () => void): () => void {
  watchers.add(watch);
  return () => watchers.delete(watch);
}
