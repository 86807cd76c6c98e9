import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { field } from '@/graph/runbookGraph';
import { api, body } from '@/api/client';
import { Refused } from '@/ui/Refused';
import type { Places } from './document/editor';
import { applyEdits } from './document/edits';
import { read } from './document/reading';
import { setAt } from './document/values';
import { nameShape, template } from './template';
import { ProblemLines } from './ProblemLines';
import { readLayout, saveDraft, saveLayout } from './queries';

interface NewRunbookProps {
  /** A document to begin with; empty for a fresh one. */
  readonly text: string;
  readonly file: string | null;
  readonly places: Places;
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

const purposes = [
  { value: 'failover-planned', label: 'Planned failover' }, { value: 'failover-unplanned', label: 'Unplanned failover' }, { value: 'failback', label: 'Failback' },
  { value: 'drill-isolated', label: 'Isolated drill' }, { value: 'drill-realistic', label: 'Realistic drill' }, { value: 'setup', label: 'Set-up' }, { value: 'custom', label: 'Something else' },
];

/** Names a new runbook and opens it: fresh, or from a file whose text is kept as it is but for the name. */
export function NewRunbook({ text, file, places, taken, onClose }: NewRunbookProps) {
  const parsed = useMemo(() => (text === '' ? null : read(text)), [text]);
  const data = parsed && 'reading' in parsed ? parsed.reading.data : null;
  const [name, setName] = useState(() => String(field(field(data, 'metadata'), 'name') ?? ''));
  const [title, setTitle] = useState('');
  const [purpose, setPurpose] = useState('failover-planned');
  const checked = useQuery({
    queryKey: ['runbooks', 'validate', text],
    queryFn: () => body(api.POST('/api/v1/runbooks/validate', { body: { document: text } })),
    enabled: file !== null && parsed !== null && 'reading' in parsed,
  });
  const problems = checked.data?.problems ?? [];
  const navigate = useNavigate();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: async () => {
      await saveDraft(name, documentOf(), '"0"');
      if (places.size > 0) await saveLayout(name, places, (await readLayout(name)).etag);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['runbooks'] });
      await navigate(`/runbooks/${name}`);
    },
  });
  const documentOf = (): string => {
    if (text === '') return template(name, title, purpose);
    if (!parsed || 'error' in parsed || field(field(data, 'metadata'), 'name') === name) return text;
    return applyEdits(text, setAt(text, parsed.reading.document, ['metadata', 'name'], name));
  };
  const wrong = name === '' ? null : !nameShape.test(name) ? 'Lower-case letters, digits and hyphens, at most 63.' : taken.includes(name) ? 'There is already a runbook of this name.' : null;
  return (
    <Modal opened onClose={onClose} size={file ? 'lg' : 'md'} title={file ? `Import ${file}` : 'New runbook'}>
      <form onSubmit={(event) => { event.preventDefault(); if (name !== '' && wrong === null) make.mutate(); }}>
        <Stack>
          {parsed && 'error' in parsed ? (
            <Alert color="red" title={parsed.error.title.replace('The text', 'The file')}>{parsed.error.message} It can be imported as it is and corrected in the designer.</Alert>
          ) : null}
          {file && data !== null && field(data, 'kind') !== 'Runbook' ? <Text size="sm">The file does not say that it is a runbook (kind: Runbook). The designer will show what is missing.</Text> : null}
          {problems.length > 0 ? (
            <Alert color="gray" title={problems.length === 1 ? 'One problem stands against publishing it' : `${problems.length} problems stand against publishing it`}>
              <Text size="sm" mb={6}>It can be imported as it is; the designer leads to each of them.</Text>
              <ProblemLines problems={problems.map((problem) => `Line ${problem.line}, ${problem.path || 'document'}: ${problem.message} ${problem.correction}`)} />
            </Alert>
          ) : null}
          <TextInput label="Name" description="Part of its address; it cannot be changed later." value={name} onChange={(event) => setName(event.currentTarget.value)} error={wrong} required data-autofocus />
          {file ? null : (
            <>
              <TextInput label="Title" value={title} onChange={(event) => setTitle(event.currentTarget.value)} placeholder="For people" />
              <Select label="For" data={purposes} value={purpose} onChange={(next) => { if (next) setPurpose(next); }} />
            </>
          )}
          <Refused error={make.error} title="The runbook was not made." />
          <Group><Button type="submit" loading={make.isPending} disabled={name === '' || wrong !== null}>{file ? 'Import as a draft' : 'Make it and open the designer'}</Button></Group>
        </Stack>
      </form>
    </Modal>
  );
}
