import { CloseButton, Group, NativeSelect, Text, TextInput } from '@mantine/core';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Facet } from './arrange';
import type { TableState } from './tableState';

interface TableFiltersProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly shown: number;
  /** How many match at the server; without it the rows are all there are. */
  readonly total?: number | undefined;
  readonly facets: readonly Facet<Row>[];
  readonly state: TableState;
  readonly change: (next: Partial<TableState>) => void;
  readonly searchable: boolean;
  /** The way from the field into the list beneath it. */
  readonly onDown: () => void;
  readonly actions: ReactNode;
}

const typingPauseMs = 150;

/** The line over a table: what to look for, which values, and how many of how many are left. */
export function TableFilters<Row>({ label, rows, shown, total, facets, state, change, searchable, onDown, actions }: TableFiltersProps<Row>) {
  if (!searchable && facets.length === 0 && !actions) return null;
  return (
    <Group gap="sm" mb="xs" align="center">
      {searchable ? <Search label={label} value={state.search} onChange={(search) => change({ search })} onDown={onDown} /> : null}
      {facets.map((facet) => (
        <FacetChoice
          key={facet.id} facet={facet} rows={rows} value={state.facets[facet.id] ?? ''}
          onChange={(value) => change({ facets: { [facet.id]: value } })}
        />
      ))}
      <Text size="xs" c="dimmed" role="status">
        {counted(shown, total ?? rows.length)}
      </Text>
      {actions ? <Group gap="sm" ml="auto">{actions}</Group> : null}
    </Group>
  );
}

const counted = (shown: number, all: number): string => (shown === all ? grouped(all) : `${grouped(shown)} of ${grouped(all)}`);
const grouped = (count: number): string => count.toLocaleString('en');

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onDown: () => void;
}

// The address follows when typing pauses: one entry a word, not one a letter.
function Search({ label, value, onChange, onDown }: SearchProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(pause.current), []);
  const type = (next: string, wait = typingPauseMs) => {
    setTyped(next);
    clearTimeout(pause.current);
    pause.current = setTimeout(() => {
      onChange(next);
      setTyped(null);
    }, wait);
  };
  const text = typed ?? value;
  return (
    <TextInput
      size="xs" w={240} placeholder="filter…" aria-label={`Filter ${label}`} value={text}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && text !== '') type('', 0);
        if (event.key === 'ArrowDown') {
          event.preventDefault();
          onDown();
        }
      }}
      rightSection={text ? <CloseButton size="xs" aria-label="Clear the filter" onClick={() => type('', 0)} /> : null}
    />
  );
}

interface FacetChoiceProps<Row> {
  readonly facet: Facet<Row>;
  readonly rows: readonly Row[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function FacetChoice<Row>({ facet, rows, value, onChange }: FacetChoiceProps<Row>) {
  const values = useMemo(() => {
    const known = facet.values ?? rows.map(facet.of);
    return [...new Set([...known, value])].filter((each): each is string => Boolean(each)).sort();
  }, [facet, rows, value]);
  return (
    <NativeSelect
      size="xs" aria-label={facet.title} value={value} onChange={(event) => onChange(event.currentTarget.value)}
      data={[{ value: '', label: `any ${facet.title}` }, ...values.map((each) => ({ value: each, label: facet.word?.(each) ?? each }))]}
    />
  );
}
