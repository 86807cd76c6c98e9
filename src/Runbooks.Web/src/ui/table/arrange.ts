import type { ReactNode } from 'react';
import type { Sort, TableState } from './tableState';

export type Comparable = string | number | null | undefined;

export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** What the column is sorted by; a column without it cannot be sorted. */
  readonly sortBy?: (row: Row) => Comparable;
  /** What a search looks at; a column without it is not searched. */
  readonly text?: (row: Row) => string;
  readonly width?: number | string;
  readonly right?: boolean;
}

export interface Facet<Row> {
  readonly id: string;
  readonly title: string;
  readonly of: (row: Row) => string | null;
  /** What people read for a value; by default the value. */
  readonly word?: (value: string) => string;
  /** Values the server knows; by default those of the rows. */
  readonly values?: readonly string[];
}

/** The rows that the state lets pass, in its order. Nothing known sorts last in either direction. */
export function arrange<Row>(
  rows: readonly Row[], columns: readonly Column<Row>[], facets: readonly Facet<Row>[], state: TableState, initial: Sort | null = null,
): readonly Row[] {
  const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
  const searched = columns.flatMap((column) => column.text ?? []);
  const chosen = facets.filter((facet) => state.facets[facet.id]);
  const passed = rows.filter((row) => {
    if (chosen.some((facet) => facet.of(row) !== state.facets[facet.id])) return false;
    if (words.length === 0) return true;
    const text = searched.map((read) => read(row)).join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const sort = state.sort ?? initial;
  const by = columns.find((column) => column.id === sort?.column)?.sortBy;
  if (!sort || !by) return passed;
  return passed
    .map((row) => ({ row, key: by(row) }))
    .sort((a, b) => compare(a.key, b.key, sort.descending))
    .map(({ row }) => row);
}

function compare(a: Comparable, b: Comparable, descending: boolean): number {
  const missing = Number(a === null || a === undefined) - Number(b === null || b === undefined);
  if (missing !== 0 || a === null || a === undefined || b === null || b === undefined) return missing;
  const order = typeof a === 'number' && typeof b === 'number' ? a - b : names.compare(String(a), String(b));
  return descending ? -order : order;
}

const names = new Intl.Collator('en', { numeric: true });
