import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** What of a run is shown, kept in the address: a shared link opens the same step, tab and moment. */
export function useWhere() {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (name: 'tab' | 'step' | 'at' | 'with', value: string | null, push = false) => setSearch((before) => {
      const next = new URLSearchParams(before);
      if (value === null) next.delete(name);
      else next.set(name, value);
      return next;
    }, { replace: !push, preventScrollReset: true }),
    [setSearch],
  );
  const at = search.get('at');
  return {
    tab: search.get('tab') ?? 'steps',
    step: search.get('step'),
    at: at !== null && /^\d+(\.\d+)?$/.test(at) ? Number(at) : null,
    with: search.get('with'),
    set,
  };
}
