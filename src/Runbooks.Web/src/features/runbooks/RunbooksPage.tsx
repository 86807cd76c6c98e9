import { Button, FileButton, Group, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { ApiProblem } from '@/api/problem';
import { useMay } from '@/shell/session';
import { EmptyState } from '@/ui/EmptyState';
import { Refused } from '@/ui/Refused';
import { DataTable } from '@/ui/table/DataTable';
import type { Column } from '@/ui/table/arrange';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { ArchiveButton } from './ArchiveButton';
import { NewRunbook } from './NewRunbook';
import type { Places } from './document/editor';
import { importElsa, isElsa } from './elsa';
import { ProblemLines } from './ProblemLines';
import { placesOf, runbooksQuery, type Runbook } from './queries';

interface Opened {
  readonly text: string;
  readonly file: string | null;
  /** Where the file has its steps; a runbook's own text says nothing about that. */
  readonly places: Places;
}

/** Every runbook with what stands published and whether its draft has moved on. */
export function Component() {
  const runbooks = useQuery(runbooksQuery);
  const mayWrite = useMay('author');
  const [search, setSearch] = useSearchParams();
  const fresh = search.has('new');
  const begin = (open: boolean): void => setSearch(open ? { new: '' } : {}, { replace: true });
  const [imported, setImported] = useState<Opened | null>(null);
  const making = imported ?? (fresh && mayWrite ? { text: '', file: null, places: new Map() } : null);
  const [tooLarge, setTooLarge] = useState<string | null>(null);
  const [refused, setRefused] = useState<unknown>(null);
  const columns = useMemo(() => columnsFor(mayWrite), [mayWrite]);

  const importFile = async (file: File | null): Promise<void> => {
    if (!file) return;
    // Refused before it is read: the limit of a runbook is 1 MiB.
    if (file.size > 1 << 20) {
      setTooLarge(`${file.name} has ${(file.size / 2 ** 20).toFixed(1)} MiB; a runbook has at most 1 MiB. Split it.`);
      return;
    }
    setTooLarge(null);
    setRefused(null);
    const text = await file.text();
    try {
      if (isElsa(text)) {
        const { document, layout } = await importElsa(text);
        setImported({ text: document, file: file.name, places: placesOf(layout) });
      } else {
        setImported({ text, file: file.name, places: new Map() });
      }
    } catch (problem) {
      setRefused(problem);
    }
  };

  if (runbooks.isPending) return <Waiting what="Reading the runbooks…" />;
  if (runbooks.error && !runbooks.data) return <Refused error={runbooks.error} title="The runbooks could not be read." />;
  const actions = mayWrite ? (
    <Group gap="xs">
      <FileButton accept=".yaml,.yml,.json,application/yaml,application/json" onChange={(file) => void importFile(file)}>
        {(props) => <Button variant="default" {...props}>Import…</Button>}
      </FileButton>
      <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => begin(true)}>New runbook</Button>
    </Group>
  ) : null;
  return (
    <Stack>
      <Title order={1}>Runbooks</Title>
      {tooLarge ? <Text size="sm" role="alert" fw={600} c="red">{tooLarge}</Text> : null}
      <Refused error={refused} title="The Elsa workflow was not read; nothing was imported." />
      {refused instanceof ApiProblem ? <ProblemLines problems={Object.values(refused.details)} /> : null}
      {runbooks.data.items.length === 0 ? (
        <EmptyState title="No runbooks yet" action={actions} command="runbooks runbook sync ./runbooks">A runbook says step by step what a failover, a drill or a way back does.</EmptyState>
      ) : (
        <DataTable
          label="runbooks" rows={runbooks.data.items} columns={columns} rowKey={(row) => row.name} rowTo={(row) => `/runbooks/${row.name}`}
          initialSort={{ column: 'name', descending: false }} actions={actions}
        />
      )}
      {making ? <NewRunbook text={making.text} file={making.file} places={making.places} taken={runbooks.data.items.map((each) => each.name)} onClose={() => { setImported(null); begin(false); }} /> : null}
    </Stack>
  );
}

function columnsFor(mayWrite: boolean): readonly Column<Runbook>[] {
  return [
    { id: 'name', title: 'runbook', cell: (row) => row.name, sortBy: (row) => row.name, text: (row) => `${row.name} ${row.title} ${row.owner}` },
    { id: 'title', title: 'title', cell: (row) => row.title, sortBy: (row) => row.title },
    { id: 'for', title: 'for', cell: (row) => row.for ?? '—', sortBy: (row) => row.for ?? '', text: (row) => row.for ?? '' },
    { id: 'group', title: 'group', cell: (row) => row.group ?? 'named at each start', sortBy: (row) => row.group ?? '', text: (row) => row.group ?? '' },
    { id: 'published', title: 'published', cell: (row) => (row.publishedVersion ? `v${row.publishedVersion}` : 'never'), sortBy: (row) => row.publishedVersion ?? 0 },
    { id: 'draft', title: 'draft', cell: (row) => draftWords(row), sortBy: (row) => draftWords(row) },
    { id: 'changed', title: 'changed', cell: (row) => <>{row.author}, <TimeText at={row.updatedAt} /></>, sortBy: (row) => row.updatedAt },
    ...(mayWrite ? [{ id: 'archive', title: '', cell: (row: Runbook) => <ArchiveButton name={row.name} /> }] : []),
  ];
}

function draftWords(row: Runbook): string {
  if (!row.draftValid) return 'has problems';
  return row.draftDiffers ? 'differs' : 'as published';
}
