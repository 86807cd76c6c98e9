import { createContext, use, useCallback, useSyncExternalStore } from 'react';

/** Which node the Tab key leads to. A store of its own: moving the focus draws two nodes anew, not all. */
export class FocusStore {
  private current: string | null = null;
  private readonly watchers = new Set<() => void>();

  get = (): string | null => this.current;

  set = (id: string | null): void => {
    if (this.current === id) return;
    this.current = id;
    this.watchers.forEach((watch) => watch());
  };

  subscribe = (watch: () => void): (() => void) => {
    this.watchers.add(watch);
    return () => this.watchers.delete(watch);
  };
}

export const FocusContext = createContext<FocusStore>(new FocusStore());

export function useHasFocus(id: string): boolean {
  const store = use(FocusContext);
  return useSyncExternalStore(store.subscribe, useCallback(() => store.get() === id, [store, id]));
}
