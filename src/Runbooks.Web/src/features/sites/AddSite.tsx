import { Button, Group, Paper, Stack, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { quoted } from '@/ui/quoted';
import { Refused } from '@/ui/Refused';
import { JoinToken } from './JoinToken';

const siteCommand = (id: string, title: string, location: string): string =>
  [`runbooks site add ${quoted(id)}`, title ? `--title ${quoted(title)}` : '', location ? `--location ${quoted(location)}` : ''].filter(Boolean).join(' ');

/** A new site and, at once, the token that its agent joins with. */
export function AddSite({ onClose }: { readonly onClose: () => void }) {
  const [id, setId] = useState('');
  const [title, setTitle] = useState('');
  const [location, setLocation] = useState('');
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => body(api.POST('/api/v1/sites', { body: { id: id.trim(), title: title.trim() || null, location: location.trim() || null, labels: null } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sites'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Paper withBorder p="md" component="section" aria-label="Add a site">
      <Stack>
        <Title order={2}>{add.data ? `Enrol the agent of ${add.data.id}` : 'Add a site'}</Title>
        {add.data ? <JoinToken site={add.data.id} replace={false} /> : (
          <form onSubmit={submit}>
            <Group align="flex-end">
              <TextInput label="Short name" placeholder="site-b" required value={id} onChange={(event) => setId(event.currentTarget.value)} />
              <TextInput label="Title" value={title} onChange={(event) => setTitle(event.currentTarget.value)} />
              <TextInput label="Location" value={location} onChange={(event) => setLocation(event.currentTarget.value)} />
              <Button type="submit" loading={add.isPending}>Add the site</Button>
              {id ? <CommandLine command={siteCommand(id, title, location)} compact /> : null}
            </Group>
          </form>
        )}
        <Refused error={add.error} />
        <Group><Button variant="default" onClick={onClose}>Close</Button></Group>
      </Stack>
    </Paper>
  );
}
