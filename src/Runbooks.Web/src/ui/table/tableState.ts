import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';

/** What a person asked of a list; it lives in the address, so that a link or Back shows the same rows. */
export interface TableState {
  readonly search: string;
  readonly sort: Sort | null;
  /** Chosen value of each facet; a facet that is not here lets everything pass. */
  readonly facets: Readonly<Record<string, string>>;
}

export interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

export interface TableControl {
  readonly state: TableState;
  readonly change: (next: Partial<TableState>) => void;
}

/** A list's state by the page's address; `prefix` keeps two lists of one page apart. */
export function useTableState(facets: readonly string[] = [], prefix = ''): TableControl {
  const [address, setAddress] = useSearchParams();
  const names = facets.join(' ');
  const state = useMemo(() => readState(address, names.split(' ').filter(Boolean), prefix), [address, names, prefix]);
  const change = useCallback(
    (next: Partial<TableState>) => setAddress((now) => writeState(now, next, prefix), { replace: true, preventScrollReset: true }),
    [setAddress, prefix],
  );
  return { state, change };
}

export function readState(address: URLSearchParams, facets: readonly string[], prefix = ''): TableState {
  const sort = address.get(`${prefix}sort`);
  return {
    search: address.get(`${prefix}q`) ?? '',
    sort: sort ? { column: sort.replace(/^-/, ''), descending: sort.startsWith('-') } : null,
    facets: Object.fromEntries(facets.flatMap((facet) => {
      const value = address.get(prefix + facet);
      return value ? [[facet, value]] : [];
    })),
  };
}

/** The address after a change; whatever else it carries stays. */
export function writeState(address: URLSearchParams, next: Partial<TableState>, prefix = ''): URLSearchParams {
  const out = new URLSearchParams(address);
  const put = (name: string, value: string) => (value === '' ? out.delete(prefix + name) : out.set(prefix + name, value));
  if (next.search !== undefined) put('q', next.search);
  if (next.sort !== undefined) put('sort', next.sort ? `${next.sort.descending ? '-' : ''}${next.sort.column}` : '');
  for (const [facet, value] of Object.entries(next.facets ?? {})) put(facet, value);
  return out;
}
