import { useSyncExternalStore } from 'react';

// One timer for the page: a thousand relative times cost one tick a second.
const watchers = new Set<() => void>();
let now = new Date();
let timer: ReturnType<typeof setInterval> | undefined;

export function useNow(): Date {
  return useSyncExternalStore(subscribe, () => now);
}

function subscribe(watch: () => void): () => void {
  watchers.add(watch);
  timer ??= setInterval(() => {
    now = new Date();
    watchers.forEach((tell) => tell());
  }, 1000);
  return () => {
    watchers.delete(watch);
    if (watchers.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
