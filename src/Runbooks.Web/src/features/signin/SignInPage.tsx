import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { api } from '@/api/client';
import { Refused } from '@/ui/Refused';
import { nextAddress } from './nextAddress';

export function Component() {
  const [token, setToken] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [search] = useSearchParams();
  const queries = useQueryClient();
  const navigate = useNavigate();

  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await api.POST('/api/v1/session', { body: { token } });
      queries.clear();
      await navigate(nextAddress(search.get('next')), { replace: true });
    } catch (refused) {
      setError(refused);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Center component="main" mih="100vh">
      <Paper withBorder p="xl" w={380} component="form" onSubmit={(event) => void signIn(event)}>
        <Stack>
          <Title order={1}>Runbooks</Title>
          <PasswordInput
            label="Token"
            description="The one that `runbooks up` printed, or one made under Settings."
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
            autoComplete="current-password"
            required
          />
          <Refused error={error} />
          <Button type="submit" size="sm" loading={busy}>Sign in</Button>
          <Text size="xs" c="dimmed">Without JavaScript: /emergency</Text>
        </Stack>
      </Paper>
    </Center>
  );
}
