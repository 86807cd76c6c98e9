import { Anchor, Button, Code, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { PasswordForm } from './PasswordForm';

const accountKey = ['account'];

export function Account() {
  const queries = useQueryClient();
  const { data, error } = useQuery({ queryKey: accountKey, queryFn: () => body(api.GET('/api/v1/me/account')) });
  // Shown once: they stay until they are said to be kept, whatever the page reads again meanwhile.
  const [recovery, setRecovery] = useState<readonly string[] | null>(null);
  const reread = () => void queries.invalidateQueries({ queryKey: accountKey });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading your account…" />;
  return (
    <Stack gap="xl">
      <Text>{data.display && data.display !== data.name ? `${data.display} signs in as ` : 'You sign in as '}<b>{data.name}</b>.</Text>
      <Stack gap="xs">
        <Title order={2}>Password</Title>
        <PasswordForm asksCurrent={data.hasPassword} onChanged={reread} />
      </Stack>
      <Stack gap="xs">
        <Title order={2}>Second factor</Title>
        {recovery ? <RecoveryCodes codes={recovery} onKept={() => { setRecovery(null); reread(); }} />
          : data.hasSecondFactor ? <RemoveFactor left={data.recoveryCodesLeft} onRemoved={reread} />
          : <AddFactor onConfirmed={setRecovery} />}
      </Stack>
    </Stack>
  );
}

function RecoveryCodes({ codes, onKept }: { readonly codes: readonly string[]; readonly onKept: () => void }) {
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm" role="status">The app is confirmed. Keep these recovery codes; each works once, and they are not shown again.</Text>
      <Code block>{codes.join('\n')}</Code>
      <Button variant="default" onClick={onKept}>I have kept them</Button>
    </Stack>
  );
}

function AddFactor({ onConfirmed }: { readonly onConfirmed: (recovery: readonly string[]) => void }) {
  const [code, setCode] = useState('');
  const begin = useMutation({ mutationFn: () => body(api.POST('/api/v1/me/second-factor')) });
  const confirm = useMutation({
    mutationFn: () => body(api.POST('/api/v1/me/second-factor/confirm', { body: { code: code.replaceAll(/\s/g, '') } })),
    onSuccess: ({ recoveryCodes }) => onConfirmed(recoveryCodes),
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">An authenticator app’s six digits are asked for with the password.</Text>
      {begin.data ? (
        <>
          <Text size="sm">
            {begin.data.picture ? 'Scan this picture with the app, or enter the secret' : 'Enter this secret in the app'}. Then type the code it shows.
          </Text>
          {begin.data.picture ? <QrPicture {...begin.data.picture} /> : null}
          <CommandLine command={begin.data.secret} what="Copy the secret" />
          <Anchor href={begin.data.uri} size="sm">Open in an authenticator on this device</Anchor>
          <Group align="flex-end">
            <TextInput label="Code" value={code} onChange={(event) => setCode(event.currentTarget.value)} autoComplete="one-time-code" />
            <Button onClick={() => confirm.mutate()} loading={confirm.isPending} disabled={code.length < 6}>Confirm</Button>
          </Group>
        </>
      ) : <Button onClick={() => begin.mutate()} loading={begin.isPending}>Add an authenticator app</Button>}
      <Refused error={begin.error ?? confirm.error} />
    </Stack>
  );
}

/** Black on white in both schemes: that is what cameras look for. The label says nothing of what is in it. */
function QrPicture({ side, path }: { readonly side: number; readonly path: string }) {
  return (
    <svg
      role="img" aria-label="QR code for the authenticator app"
      width="208" height="208" viewBox={`0 0 ${side} ${side}`} shapeRendering="crispEdges"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path fill="#000" d={path} />
    </svg>
  );
}

function RemoveFactor({ left, onRemoved }: { readonly left: number; readonly onRemoved: () => void }) {
  const [code, setCode] = useState('');
  const remove = useMutation({ mutationFn: () => api.POST('/api/v1/me/second-factor/remove', { body: { code: code.replaceAll(/\s/g, '') } }), onSuccess: onRemoved });
  return (
    <Stack gap="xs" align="flex-start">
      <Text size="sm">An authenticator app is asked for; {left} recovery codes are left.</Text>
      <Group align="flex-end">
        <TextInput label="Code" value={code} onChange={(event) => setCode(event.currentTarget.value)} autoComplete="one-time-code" />
        <Button variant="default" onClick={() => remove.mutate()} loading={remove.isPending} disabled={code.length < 6}>Remove the app</Button>
      </Group>
      <Refused error={remove.error} />
    </Stack>
  );
}
