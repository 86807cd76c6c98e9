import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { DiffList } from '../diff/DiffList';

interface PublishDialogProps {
  readonly name: string;
  readonly text: string;
  readonly etag: string;
  readonly lastVersion: number | null;
  readonly problems: number;
  readonly unsaved: boolean;
  readonly onClose: () => void;
}

/** What the next version changes, then one button that makes it. */
export function PublishDialog({ name, text, etag, lastVersion, problems, unsaved, onClose }: PublishDialogProps) {
  const queries = useQueryClient();
  const diff = useQuery({
    queryKey: ['runbooks', name, 'diff', lastVersion, text],
    queryFn: () => body(api.POST('/api/v1/runbooks/{name}/diff', { params: { path: { name } }, body: { document: text, from: lastVersion, to: null } })),
    enabled: lastVersion !== null && problems === 0,
  });
  const publish = useMutation({
    mutationFn: () => body(api.POST('/api/v1/runbooks/{name}/publish', { params: { path: { name } }, headers: { 'If-Match': etag } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runbooks'] }),
  });
  const next = (lastVersion ?? 0) + 1;
  return (
    <Modal opened onClose={onClose} size="lg" title={`Publish ${name}`}>
      <Stack>
        {publish.data ? (
          <>
            <Text size="sm">
              Version {publish.data.number} stands. Runs that start from now on take it; runs under way keep theirs.
              <br />Hash <Text span ff="monospace" size="xs">{publish.data.hash}</Text>
            </Text>
            <Group><Button component={Link} to={`/runbooks/${name}/versions`} variant="default">Open the versions</Button><Button onClick={onClose}>Close</Button></Group>
          </>
        ) : (
          <>
            {problems > 0 ? <Text size="sm" fw={600}>{problems} problem{problems === 1 ? ' stands' : 's stand'} against it. Correct them first; the draft itself is safe.</Text> : null}
            {unsaved ? <Text size="sm" fw={600}>The last changes are not saved yet. Publishing takes the saved draft; wait until it says “saved”.</Text> : null}
            {lastVersion === null ? <Text size="sm">This is the first version.</Text> : null}
            {diff.isFetching ? <Waiting what={`Comparing with version ${lastVersion ?? 0}…`} /> : null}
            <Refused error={diff.error} title="The difference could not be made." />
            {diff.data ? <DiffList difference={diff.data} /> : null}
            <Refused error={publish.error} title="It was not published." />
            <Group>
              <Button onClick={() => publish.mutate()} loading={publish.isPending} disabled={problems > 0 || unsaved}>Publish version {next}</Button>
              <Button variant="default" onClick={onClose}>Not now</Button>
              <CommandLine compact command={`runbooks runbook publish ${name}`} />
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  );
}
