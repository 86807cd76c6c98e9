import { Button, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '@/shell/session';
import { Refused } from '@/ui/Refused';
import { TimeText } from '@/ui/TimeText';
import { readRevision, revisionsQuery, saveDraft } from './queries';

const shownAtFirst = 8;

/** Every saved state of the draft: nothing that was once saved is lost, and any of it can be the draft again. */
export function Revisions({ name, draft }: { readonly name: string; readonly draft: { readonly etag: string } | null }) {
  const revisions = useQuery(revisionsQuery(name));
  const queries = useQueryClient();
  const mayWrite = useMay('author');
  const [all, setAll] = useState(false);
  const bringBack = useMutation({
    mutationFn: async (revision: number) => {
      const { document } = await readRevision(name, revision);
      return saveDraft(name, document ?? '', draft?.etag ?? '');
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runbooks', name] }),
  });
  if (revisions.error && !revisions.data) return <Refused error={revisions.error} title="The saved states of the draft could not be read." />;
  const items = revisions.data?.items ?? [];
  const newest = items[0]?.revision;
  return (
    <Stack gap="xs">
      <Title order={2} fz="md">Saved states of the draft</Title>
      <Refused error={bringBack.error} title="It was not brought back; the draft is as it was." />
      <Table aria-label="Saved states of the draft">
        <Table.Thead><Table.Tr><Table.Th>state</Table.Th><Table.Th>saved</Table.Th><Table.Th>by</Table.Th><Table.Th>hash</Table.Th><Table.Th aria-label="action" /></Table.Tr></Table.Thead>
        <Table.Tbody>
          {(all ? items : items.slice(0, shownAtFirst)).map((each) => (
            <Table.Tr key={each.revision}>
              <Table.Td>{each.revision}</Table.Td>
              <Table.Td><TimeText at={each.at} /></Table.Td>
              <Table.Td>{each.author}</Table.Td>
              <Table.Td><Text size="xs" ff="monospace">{each.hash === '' ? 'not readable as a runbook' : `${each.hash.slice(0, 16)}…`}</Text></Table.Td>
              <Table.Td>
                {each.revision === newest ? <Text size="sm" c="dimmed">the draft</Text> : (
                  <Button
                    size="compact-xs" variant="default" disabled={!mayWrite || !draft || bringBack.isPending} loading={bringBack.isPending && bringBack.variables === each.revision}
                    onClick={() => bringBack.mutate(each.revision)}
                  >
                    Make it the draft again
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {items.length > shownAtFirst && !all ? <Group><Button variant="default" size="compact-sm" onClick={() => setAll(true)}>Show {items.length - shownAtFirst} more</Button></Group> : null}
    </Stack>
  );
}
