import { Button, PasswordInput, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import type { Me } from '@/shell/session';
import { Refused } from '@/ui/Refused';
import { secondFactor, signIn, wantsSecondFactor } from './signIn';

type Way = 'password' | 'token';
const wayKept = 'runbooks.signin';

interface SignInFormProps {
  readonly onSignedIn: (me: Me) => void;
  /** Who is expected back; another name may be typed. */
  readonly user?: string;
}

/** Name and password, with a second factor when the account has one; or a token. */
export function SignInForm({ onSignedIn, user: expected }: SignInFormProps) {
  const [way, setWay] = useState<Way>(() => (localStorage.getItem(wayKept) === 'password' ? 'password' : 'token'));
  const [user, setUser] = useState(expected ?? '');
  const [secret, setSecret] = useState('');
  const [code, setCode] = useState('');
  const attempt = useMutation({
    mutationFn: () => signIn(way === 'token' ? { token: secret.trim() } : { user, password: secret, ...(code ? secondFactor(code) : {}) }),
    onSuccess: (me) => {
      localStorage.setItem(wayKept, way);
      onSignedIn(me);
    },
  });
  const asksCode = way === 'password' && (wantsSecondFactor(attempt.error) || code !== '');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    attempt.mutate();
  };
  const choose = (next: string) => {
    setWay(next as Way);
    setSecret('');
    setCode('');
    attempt.reset();
  };

  return (
    <form onSubmit={submit}>
      <Stack>
        <SegmentedControl
          fullWidth size="xs" aria-label="How to sign in" value={way} onChange={choose}
          data={[{ value: 'password', label: 'By password' }, { value: 'token', label: 'By token' }]}
        />
        {way === 'password' ? (
          <TextInput label="Name" value={user} onChange={(event) => setUser(event.currentTarget.value)} autoComplete="username" required />
        ) : null}
        <PasswordInput
          key={way}
          label={way === 'token' ? 'Token' : 'Password'}
          {...(way === 'token' ? { description: 'The one that `runbooks up` printed, or one made under Settings.' } : {})}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
          autoComplete={way === 'token' ? 'off' : 'current-password'}
          required
        />
        {asksCode ? (
          <TextInput
            label="Code" description="Six digits of the authenticator app, or one of the recovery codes."
            value={code} onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="one-time-code" inputMode="text" required
          />
        ) : null}
        {asksCode && wantsSecondFactor(attempt.error) && code === '' ? null : <Refused error={attempt.error} />}
        <Button type="submit" size="sm" loading={attempt.isPending}>Sign in</Button>
      </Stack>
    </form>
  );
}
