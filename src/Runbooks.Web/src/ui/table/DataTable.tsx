import { Button, Group, Table, Text, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { lazy, memo, Suspense, useEffect, useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { Link, useNavigate } from 'react-router';
import { everyRow, rowHeight, type Shown } from './rows';
import { arrange, type Column, type Facet } from './arrange';
import { TableFilters } from './TableFilters';
import { useTableState, type Sort } from './tableState';

interface DataTableProps<Row> {
  /** What the table lists, said to screen readers and in "no … match". */
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Where a row leads; its first cell becomes the link, and a click anywhere in it follows. */
  readonly rowTo?: (row: Row) => string;
  readonly initialSort?: Sort;
  readonly facets?: readonly Facet<Row>[];
  /** Keeps two tables of one page apart in the address. */
  readonly prefix?: string;
  readonly searchable?: boolean;
  /** Stands right of the filters. */
  readonly actions?: ReactNode;
  /** For lists that the server searches and sorts by the address; `total` is how many match there. */
  readonly remote?: { readonly total: number };
  /** For lists that the server pages: whether more is there, and how to get it. */
  readonly more?: { readonly has: boolean; readonly busy: boolean; readonly load: () => void };
}

// Below this a browser draws all rows faster than it would follow the scroll; the code that follows it is loaded then.
const virtualFrom = 100;
// Drawn until the window is measured.
const firstRows = 40;
const RowWindow = lazy(() => import('./RowWindow'));
const aheadRows = 100;
const noFacets: readonly never[] = [];

/** The console's table: sorted, filtered and linked by the address, walked by arrows, and as long as it needs to be. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { rows, columns, label, rowKey, rowTo, more, remote } = props;
  const facets = props.facets ?? noFacets;
  const { state, change } = useTableState(facets.map((facet) => facet.id), props.prefix);
  const sort = state.sort ?? props.initialSort ?? null;
  const local = remote === undefined;
  const shown = useMemo(
    () => (local ? arrange(rows, columns, facets, state, props.initialSort) : rows),
    [local, rows, columns, facets, state, props.initialSort],
  );
  const asked = state.search !== '' || Object.keys(state.facets).length > 0;
  const body = useRef<HTMLTableSectionElement>(null);
  const [seen, setSeen] = useState<Shown | null>(null);
  const virtual = shown.length >= virtualFrom;
  const { first, last, above, below, scrollTo } = virtual && seen ? seen : everyRow(virtual ? firstRows : shown.length);
  useMoreAtEnd(more, last, shown.length);
  const reach = (index: number) => {
    const link = () => body.current?.querySelector<HTMLElement>(`[data-row="${index}"]`);
    if (link()) link()?.focus();
    else {
      scrollTo(index);
      requestAnimationFrame(() => requestAnimationFrame(() => link()?.focus()));
    }
  };

  return (
    <div>
      <TableFilters
        label={label} rows={rows} shown={shown.length} total={remote?.total} facets={facets} state={state} change={change}
        searchable={props.searchable ?? columns.some((column) => column.text)} onDown={() => reach(0)} actions={props.actions}
      />
      <Table.ScrollContainer minWidth={480} type="native">
        <Table aria-label={label} aria-rowcount={(remote?.total ?? shown.length) + 1} layout="auto">
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <HeadCell key={column.id} column={column} sort={sort} onSort={(next) => change({ sort: next })} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody ref={body} onKeyDown={(event) => walk(event, shown.length, reach)}>
            {above > 0 ? <tr aria-hidden style={{ height: above }} /> : null}
            {shown.slice(first, last + 1).map((row, at) => (
              <Line key={rowKey(row)} row={row} index={first + at} columns={columns} to={rowTo?.(row)} />
            ))}
            {below > 0 ? <tr aria-hidden style={{ height: below }} /> : null}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {virtual ? <Suspense><RowWindow count={shown.length} body={body} onShown={setSeen} /></Suspense> : null}
      {shown.length === 0 ? (
        <Group p="md" gap="sm">
          <Text size="sm">{local && rows.length > 0 ? `None of ${rows.length} ${label} match.` : asked ? `No ${label} match.` : `No ${label}.`}</Text>
          {(local ? rows.length === 0 : !asked) ? null : (
            <Button
              variant="default"
              onClick={() => change({ search: '', facets: Object.fromEntries(facets.map((facet) => [facet.id, ''])) })}
            >
              Show all
            </Button>
          )}
        </Group>
      ) : null}
      {more?.has ? (
        <Button variant="subtle" onClick={more.load} loading={more.busy} mt="xs">Load more</Button>
      ) : null}
    </div>
  );
}

interface HeadCellProps<Row> {
  readonly column: Column<Row>;
  readonly sort: Sort | null;
  readonly onSort: (sort: Sort) => void;
}

function HeadCell<Row>({ column, sort, onSort }: HeadCellProps<Row>) {
  const current = sort?.column === column.id ? sort : null;
  const Arrow = current?.descending ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th
      w={column.width}
      ta={column.right ? 'right' : undefined}
      aria-sort={current ? (current.descending ? 'descending' : 'ascending') : undefined}
    >
      {column.sortBy ? (
        <UnstyledButton
          fz="inherit" fw={600}
          onClick={() => onSort({ column: column.id, descending: current ? !current.descending : false })}
        >
          {column.title}
          {current ? <Arrow size={12} aria-hidden style={{ marginLeft: 4 }} /> : null}
        </UnstyledButton>
      ) : column.title}
    </Table.Th>
  );
}

interface RowProps<Row> {
  readonly row: Row;
  readonly index: number;
  readonly columns: readonly Column<Row>[];
  readonly to: string | undefined;
}

function DrawnRow<Row>({ row, index, columns, to }: RowProps<Row>) {
  const navigate = useNavigate();
  const follow = (event: MouseEvent<HTMLElement>) => {
    if (!to || event.defaultPrevented || (event.target as HTMLElement).closest('a, button, input, label, time')) return;
    if (window.getSelection()?.toString()) return; // Marking text to copy it is no click.
    if (event.metaKey || event.ctrlKey) window.open(to, '_blank', 'noopener');
    else void navigate(to);
  };
  return (
    <Table.Tr h={rowHeight} aria-rowindex={index + 2} style={to ? { cursor: 'pointer' } : undefined} onClick={follow}>
      {columns.map((column, at) => (
        <Table.Td key={column.id} ta={column.right ? 'right' : undefined}>
          {to && at === 0 ? (
            <Link to={to} data-row={index} style={{ color: 'inherit', fontWeight: 600, textDecoration: 'none' }}>
              {column.cell(row)}
            </Link>
          ) : column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

// A scroll draws the rows that come into view, not those that stay.
const Line = memo(DrawnRow) as typeof DrawnRow;

function useMoreAtEnd(more: DataTableProps<unknown>['more'], last: number, count: number) {
  useEffect(() => {
    // Loaded before the end is seen: who scrolls evenly never waits.
    if (more?.has && !more.busy && count >= virtualFrom && last >= count - aheadRows) more.load();
  }, [more, last, count]);
}

function walk(event: KeyboardEvent, count: number, reach: (index: number) => void) {
  const at = (event.target as HTMLElement).dataset['row'];
  if (at === undefined) return;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: Number(at) + 1, ArrowUp: Number(at) - 1, Home: 0, End: count - 1, PageDown: Number(at) + 20, PageUp: Number(at) - 20,
  };
  const next = steps[event.key];
  if (next === undefined) return;
  event.preventDefault();
  reach(Math.max(0, Math.min(count - 1, next)));
}
