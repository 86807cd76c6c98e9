import { describe, expect, it } from 'vitest';
import { arrange, type Column, type Facet } from './arrange';
import { readState, writeState } from './tableState';

interface Machine { readonly name: string; readonly lag: number | null; readonly state: string }
const columns: readonly Column<Machine>[] = [
  { id: 'name', title: 'name', cell: (row) => row.name, sortBy: (row) => row.name, text: (row) => row.name },
  { id: 'lag', title: 'lag', cell: (row) => row.lag, sortBy: (row) => row.lag },
];
const facets: readonly Facet<Machine>[] = [{ id: 'state', title: 'state', of: (row) => row.state }];
const rows: readonly Machine[] = [
  { name: 'db-10', lag: null, state: 'protected' }, { name: 'db-2', lag: 5, state: 'degraded' }, { name: 'app-1', lag: 0, state: 'protected' },
];
const shown = (address: string) =>
  arrange(rows, columns, facets, readState(new URLSearchParams(address), ['state'])).map((row) => row.name);

describe('a list by its address', () => {
  it('sorts names as people count', () => expect(shown('sort=name')).toEqual(['app-1', 'db-2', 'db-10']));

  it.each([['sort=lag', ['app-1', 'db-2', 'db-10']], ['sort=-lag', ['db-2', 'app-1', 'db-10']]])(
    'leaves what is unknown last with %s', (address, names) => expect(shown(address)).toEqual(names));

  it('needs every word of a search', () => expect(shown('q=DB+2')).toEqual(['db-2']));

  it('lets only a facet’s value pass', () => expect(shown('state=protected&sort=name')).toEqual(['app-1', 'db-10']));

  it('ignores a column that nobody has', () => expect(shown('sort=colour')).toHaveLength(3));

  it('keeps what else the address carries, and drops what is empty', () => {
    const after = writeState(new URLSearchParams('tab=volumes&q=x'), { search: '', sort: { column: 'lag', descending: true } });
    expect(after.toString()).toBe('tab=volumes&sort=-lag');
  });
});
