import { Button, Group, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { quoted } from '@/ui/quoted';
import { TimeText } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';

type Token = components['schemas']['TokenView'];

// What the command line takes when it is told nothing.
const usualDays = 90;

const columns: readonly Column<Token>[] = [
  { id: 'name', title: 'name', cell: (row) => row.name, sortBy: (row) => row.name, text: (row) => row.name },
  { id: 'user', title: 'acts as', cell: (row) => row.user, sortBy: (row) => row.user, text: (row) => row.user },
  { id: 'made', title: 'made', cell: (row) => <TimeText at={row.createdAt} />, sortBy: (row) => row.createdAt },
  { id: 'ends', title: 'ends', cell: (row) => <TimeText at={row.expiresAt} />, sortBy: (row) => row.expiresAt },
  { id: 'used', title: 'last used', cell: (row) => (row.lastUsedAt ? <TimeText at={row.lastUsedAt} /> : 'never'), sortBy: (row) => row.lastUsedAt },
  { id: 'revoke', title: '', cell: (row) => (row.revokedAt ? 'revoked' : <Revoke token={row} />) },
];

export function Tokens() {
  const { data, error } = useQuery({ queryKey: ['tokens'], queryFn: () => body(api.GET('/api/v1/tokens')) });
  return (
    <Stack>
      <NewToken />
      {data ? <DataTable label="tokens" rows={data.items} columns={columns} rowKey={(row) => row.id} /> : error ? <Refused error={error} /> : <Waiting what="Reading the tokens…" />}
    </Stack>
  );
}

const tokenCommand = (name: string, days: number): string =>
  `runbooks token add ${quoted(name || 'NAME')}${days === usualDays ? '' : ` --expires-days ${days}`}`;

function NewToken() {
  const [name, setName] = useState('');
  const [days, setDays] = useState(usualDays);
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => body(api.POST('/api/v1/tokens', { body: { name, user: null, expiresDays: days } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Stack gap="xs">
      <form onSubmit={submit}>
        <Group align="flex-end">
          <TextInput label="New token for" placeholder="nightly backup" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <NumberInput label="Good for" suffix=" days" min={1} max={3660} w={120} value={days} onChange={(value) => setDays(Number(value))} />
          <Button type="submit" loading={make.isPending}>Make a token</Button>
          <CommandLine command={tokenCommand(name, days)} compact />
        </Group>
      </form>
      <Refused error={make.error} />
      {make.data?.token ? <><Text size="sm" role="status">Shown once; only its hash is kept.</Text><CommandLine command={make.data.token} what="Copy the token" /></> : null}
    </Stack>
  );
}

function Revoke({ token }: { readonly token: Token }) {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => api.DELETE('/api/v1/tokens/{token}', { params: { path: { token: token.id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  return <><Button size="compact-xs" variant="default" loading={revoke.isPending} aria-label={`Revoke ${token.name}`} onClick={() => revoke.mutate()}>Revoke</Button><Refused error={revoke.error} /></>;
}
