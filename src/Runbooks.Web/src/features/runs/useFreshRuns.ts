import { useQueryClient } from '@tanstack/react-query';
import { use, useEffect, useRef } from 'react';
import { Freshener } from '@/shell/freshener';
import { LiveContext } from '@/shell/live';

// One page is read again soon after a run moved; who scrolled far has many, and those are read again seldom.
const soonMs = 500;
const seldomMs = 15_000;

/** Reads the table again when runs move: once for many events, and less often the more of it is loaded. */
export function useFreshRuns(key: readonly unknown[], pages: number): void {
  const live = use(LiveContext);
  const queries = useQueryClient();
  const latest = useRef({ key, pages });
  useEffect(() => { latest.current = { key, pages }; });
  useEffect(() => {
    const freshener = new Freshener(queries);
    return live?.listen((event) => {
      if (!/^(run\.|approval\.|step\.asking)/.test(event.kind)) return;
      freshener.touch(latest.current.key, latest.current.pages > 1 ? seldomMs : soonMs);
    });
  }, [live, queries]);
}
