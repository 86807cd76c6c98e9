import { Button, Code, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { CommandLine } from '@/ui/CommandLine';
import { quoted } from '@/ui/quoted';
import { Refused } from '@/ui/Refused';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { bindingOption, bindingWords, type Binding } from './bindings';
import { RolesDialog } from './RolesDialog';
import { RolesEditor } from './RolesEditor';

type User = components['schemas']['UserView'];

const signsInBy = (user: User): string =>
  user.disabled ? 'disabled' : !user.hasPassword ? 'token only' : user.hasSecondFactor ? 'password and code' : 'password';

const columns: readonly Column<User>[] = [
  {
    id: 'name', title: 'user', sortBy: (row) => row.name, text: (row) => `${row.name} ${row.display}`,
    cell: (row) => <>{row.name}{row.display && row.display !== row.name ? <Text span size="sm" c="dimmed"> {row.display}</Text> : null}</>,
  },
  { id: 'roles', title: 'roles', cell: (row) => row.roles.map(bindingWords).join(', ') || 'none', text: (row) => row.roles.map(bindingWords).join(' ') },
  { id: 'state', title: 'signs in by', cell: signsInBy, sortBy: signsInBy },
  { id: 'seen', title: 'last seen', cell: (row) => (row.lastSeenAt ? <TimeText at={row.lastSeenAt} /> : 'never'), sortBy: (row) => row.lastSeenAt ?? null },
  { id: 'made', title: 'made', cell: (row) => <TimeText at={row.createdAt} />, sortBy: (row) => row.createdAt },
  { id: 'act', title: '', cell: (row) => <Acts user={row} /> },
];

export function Users() {
  const { data, error } = useQuery({ queryKey: ['users'], queryFn: () => body(api.GET('/api/v1/users')) });
  return (
    <Stack>
      {data ? <DataTable label="users" rows={data.items} columns={columns} rowKey={(row) => row.id} /> : error ? <Refused error={error} /> : <Waiting what="Reading the users…" />}
      <NewUser />
    </Stack>
  );
}

const first: readonly Binding[] = [{ role: 'viewer', group: null, site: null }];

const userCommand = (name: string, display: string, bindings: readonly Binding[]): string =>
  [`runbooks user add ${quoted(name || 'NAME')}`, display ? `--display ${quoted(display)}` : '', ...bindings.map(bindingOption)].filter(Boolean).join(' ');

function NewUser() {
  const [name, setName] = useState('');
  const [display, setDisplay] = useState('');
  const [bindings, setBindings] = useState(first);
  const queries = useQueryClient();
  const add = useMutation({
    mutationFn: () => body(api.POST('/api/v1/users', { body: { name, display: display || null, roles: [...bindings] } })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['users'] });
      setName('');
      setDisplay('');
      setBindings(first);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Fieldset legend="Add a user" maw={560}>
        <Stack gap="sm">
          <Group grow>
            <TextInput label="Name" placeholder="mira" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
            <TextInput label="Called" placeholder="Mira Sol" value={display} onChange={(event) => setDisplay(event.currentTarget.value)} />
          </Group>
          <RolesEditor value={bindings} onChange={setBindings} />
          <Group gap="xs">
            <Button type="submit" loading={add.isPending}>Add the user</Button>
            <CommandLine compact command={userCommand(name, display, bindings)} />
          </Group>
          <Refused error={add.error} />
          {add.data ? <Text size="sm" role="status">{add.data.name} is added. “New password” in the table gives them one to sign in with.</Text> : null}
        </Stack>
      </Fieldset>
    </form>
  );
}

function Acts({ user }: { readonly user: User }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const reread = () => queries.invalidateQueries({ queryKey: ['users'] });
  const change = useMutation({
    mutationFn: () => api.PATCH('/api/v1/users/{user}', { params: { path: { user: user.id } }, body: { disabled: !user.disabled, display: null, roles: null } }),
    onSuccess: reread,
  });
  const reset = useMutation({
    mutationFn: () => body(api.POST('/api/v1/users/{user}/password', { params: { path: { user: user.id } }, body: { password: null } })),
    onSuccess: reread,
  });
  const lost = useMutation({
    mutationFn: () => api.DELETE('/api/v1/users/{user}/second-factor', { params: { path: { user: user.id } } }),
    onSuccess: reread,
  });
  return (
    <Stack gap={4} align="flex-end">
      <Group gap="xs" wrap="nowrap">
        <Button size="compact-xs" variant="default" aria-label={`Roles of ${user.name}`} onClick={() => setAsking(true)}>Roles…</Button>
        <Button size="compact-xs" variant="default" loading={reset.isPending} aria-label={`New password for ${user.name}`} onClick={() => reset.mutate()}>New password</Button>
        {user.hasSecondFactor ? (
          <Button size="compact-xs" variant="default" loading={lost.isPending} aria-label={`Remove the authenticator of ${user.name}`} onClick={() => lost.mutate()}>Remove the app</Button>
        ) : null}
        <Button size="compact-xs" variant="default" loading={change.isPending} aria-label={`${user.disabled ? 'Enable' : 'Disable'} ${user.name}`} onClick={() => change.mutate()}>{user.disabled ? 'Enable' : 'Disable'}</Button>
      </Group>
      {reset.data ? <Text size="xs" role="status">Shown once, to be changed at first sign-in: <Code>{reset.data.password}</Code></Text> : null}
      <Refused error={reset.error ?? change.error ?? lost.error} />
      {asking ? <RolesDialog user={user} onClose={() => setAsking(false)} /> : null}
    </Stack>
  );
}
