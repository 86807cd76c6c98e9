import { Alert, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { field } from '@/graph/runbookGraph';
import { Refused } from '@/ui/Refused';
import { applyEdits } from './document/edits';
import { read } from './document/reading';
import { setAt } from './document/values';
import { nameShape, template } from './template';
import { saveDraft } from './queries';

interface NewRunbookProps {
  /** A document to begin with; empty for a fresh one. */
  readonly text: string;
  readonly file: string | null;
  readonly taken: readonly string[];
  readonly onClose: () => void;
}

const purposes = [
  { value: 'failover-planned', label: 'Planned failover' }, { value: 'failover-unplanned', label: 'Unplanned failover' }, { value: 'failback', label: 'Failback' },
  { value: 'drill-isolated', label: 'Isolated drill' }, { value: 'drill-realistic', label: 'Realistic drill' }, { value: 'setup', label: 'Set-up' }, { value: 'custom', label: 'Something else' },
];

/** Names a new runbook and opens it: fresh, or from a file whose text is kept as it is but for the name. */
export function NewRunbook({ text, file, taken, onClose }: NewRunbookProps) {
  const parsed = useMemo(() => (text === '' ? null : read(text)), [text]);
  const data = parsed && 'reading' in parsed ? parsed.reading.data : null;
  const [name, setName] = useState(() => String(field(field(data, 'metadata'), 'name') ?? ''));
  const [title, setTitle] = useState('');
  const [purpose, setPurpose] = useState('failover-planned');
  const navigate = useNavigate();
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => saveDraft(name, documentOf(), '"0"'),
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
    <Modal opened onClose={onClose} title={file ? `Import ${file}` : 'New runbook'}>
      <form onSubmit={(event) => { event.preventDefault(); if (name !== '' && wrong === null) make.mutate(); }}>
        <Stack>
          {parsed && 'error' in parsed ? (
            <Alert color="red" title={`The file is not YAML at line ${parsed.error.line}`}>{parsed.error.message} It can be imported as it is and corrected in the designer.</Alert>
          ) : null}
          {file && data !== null && field(data, 'kind') !== 'Runbook' ? <Text size="sm">The file does not say that it is a runbook (kind: Runbook). The designer will show what is missing.</Text> : null}
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
