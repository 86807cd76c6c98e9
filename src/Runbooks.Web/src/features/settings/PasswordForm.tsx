import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api } from '@/api/client';
import { Refused } from '@/ui/Refused';

interface PasswordFormProps {
  readonly asksCurrent: boolean;
  readonly onChanged: () => void;
}

/** One's own password; the server's rules answer under the fields. */
export function PasswordForm({ asksCurrent, onChanged }: PasswordFormProps) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const change = useMutation({
    mutationFn: () => api.PUT('/api/v1/me/password', { body: { current: asksCurrent ? current : null, password: next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      setAgain('');
      onChanged();
    },
  });
  const differs = again !== '' && again !== next;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (next === again) change.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={380}>
        {asksCurrent ? (
          <PasswordInput label="Present password" value={current} onChange={(event) => setCurrent(event.currentTarget.value)} autoComplete="current-password" required />
        ) : null}
        <PasswordInput label="New password" value={next} onChange={(event) => setNext(event.currentTarget.value)} autoComplete="new-password" required />
        <PasswordInput
          label="New password again" value={again} onChange={(event) => setAgain(event.currentTarget.value)} autoComplete="new-password" required
          error={differs ? 'This is not what the field above says.' : null}
        />
        <Refused error={change.error} />
        {change.isSuccess ? <Text size="sm" role="status">The password is changed.</Text> : null}
        <Button type="submit" loading={change.isPending} disabled={differs} style={{ alignSelf: 'flex-start' }}>Change the password</Button>
      </Stack>
    </form>
  );
}
