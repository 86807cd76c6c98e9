import { Button, Code, Group, MultiSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { bindingWords, roles } from './bindings';

type User = components['schemas']['UserView'];

const columns: readonly Column<User>[] = [
  { id: 'name', title: 'user', cell: (row) => row.name, sortBy: (row) => row.name, text: (row) => `${row.name} ${row.display}` },
  { id: 'display', title: 'called', cell: (row) => row.display, sortBy: (row) => row.display },
  { id: 'roles', title: 'roles', cell: (row) => row.roles.map(bindingWords).join(', ') || 'none', text: (row) => row.roles.map(bindingWords).join(' ') },
  { id: 'made', title: 'made', cell: (row) => <TimeText at={row.createdAt} />, sortBy: (row) => row.createdAt },
  { id: 'state', title: 'state', cell: (row) => (row.disabled ? 'disabled' : 'may sign in'), sortBy: (row) => Number(row.disabled) },
  { id: 'act', title: '', cell: (row) => <Acts user={row} /> },
];

export function Users() {
  const { data, error } = useQuery({ queryKey: ['users'], queryFn: () => body(api.GET('/api/v1/users')) });
  return (
    <Stack>
      <NewUser />
      {data ? <DataTable label="users" rows={data.items} columns={columns} rowKey={(row) => row.id} /> : error ? <Refused error={error} /> : <Waiting what="Reading the users…" />}
    </Stack>
  );
}

function NewUser() {
  const [name, setName] = useState('');
  const [display, setDisplay] = useState('');
  const [chosen, setChosen] = useState<string[]>(['viewer']);
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => body(api.POST('/api/v1/users', {
      body: { name, display: display || null, roles: roles.filter((role) => chosen.includes(role)).map((role) => ({ role, site: null, group: null })) },
    })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['users'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Stack gap="xs">
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput label="New user" placeholder="mira" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <TextInput label="Called" value={display} onChange={(event) => setDisplay(event.currentTarget.value)} />
          <MultiSelect label="Roles everywhere" data={[...roles]} value={chosen} onChange={setChosen} w={320} />
          <Button type="submit" loading={add.isPending}>Add the user</Button>
          <CommandLine command="runbooks user add --help" compact />
        </Group>
      </form>
      <Refused error={add.error} />
      {add.data ? <Text size="sm" role="status">{add.data.name} is added. Give them a password below, or a token under Tokens.</Text> : null}
    </Stack>
  );
}

function Acts({ user }: { readonly user: User }) {
  const queries = useQueryClient();
  const reread = () => queries.invalidateQueries({ queryKey: ['users'] });
  const change = useMutation({
    mutationFn: () => api.PATCH('/api/v1/users/{user}', { params: { path: { user: user.id } }, body: { disabled: !user.disabled, display: null, roles: null } }),
    onSuccess: reread,
  });
  const reset = useMutation({
    mutationFn: () => body(api.POST('/api/v1/users/{user}/password', { params: { path: { user: user.id } }, body: { password: null } })),
  });
  return (
    <Stack gap={4} align="flex-start">
      <Group gap="xs" wrap="nowrap">
        <Button size="compact-xs" variant="default" loading={reset.isPending} aria-label={`New password for ${user.name}`} onClick={() => reset.mutate()}>New password</Button>
        <Button size="compact-xs" variant="default" loading={change.isPending} aria-label={`${user.disabled ? 'Enable' : 'Disable'} ${user.name}`} onClick={() => change.mutate()}>{user.disabled ? 'Enable' : 'Disable'}</Button>
      </Group>
      {reset.data ? <Text size="xs" role="status">Shown once, to be changed at first sign-in: <Code>{reset.data.password}</Code></Text> : null}
      <Refused error={reset.error ?? change.error} />
    </Stack>
  );
}
