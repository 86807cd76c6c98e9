import { Alert, Button, Code, FileButton, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { IconDownload, IconFileUpload, IconServerBolt, IconShieldCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { api, body } from '@/api/client';
import { useCan } from '@/shell/session';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { toneText } from '@/ui/states';
import type { ChainVerdict } from './verify/chain';
import { useVerification, type Verification } from './verify/useVerification';

/** Proof that nothing was changed, made in this browser out of an export, or by the server for whoever may not export. */
export function VerifyPanel({ atOnce }: { readonly atOnce: boolean }) {
  const mayExport = useCan('exportAudit');
  const { state, verify } = useVerification();
  const server = useMutation({ mutationFn: () => body(api.POST('/api/v1/audit/verify')) });
  const busy = state.kind === 'reading' || state.kind === 'checking';
  const fromServer = () => verify(async () => (await api.GET('/api/v1/audit/export', { parseAs: 'arrayBuffer' })).data as unknown as ArrayBuffer);
  const began = useRef(false);
  useEffect(() => {
    if (!atOnce || !mayExport || began.current) return;
    began.current = true;
    void fromServer();
  });
  return (
    <Paper withBorder p="sm" component="section" aria-label="Verify the chain">
      <Stack gap="sm">
        <Group justify="space-between">
          <Title order={2}>Verify the chain</Title>
          <CommandLine compact command="runbooks audit export chain.tar && runbooks audit verify chain.tar" />
        </Group>
        <Text size="sm">
          Each record&apos;s hash holds the one before; heads are signed. This browser computes every hash and checks every signature itself, so that it need not believe the control plane.
        </Text>
        <Group gap="xs">
          <Button disabled={!mayExport || busy} leftSection={<IconShieldCheck size={14} aria-hidden />} onClick={() => void fromServer()}>
            {state.kind === 'reading' ? 'Reading the export…' : state.kind === 'checking' ? 'Verifying…' : 'Verify in this browser'}
          </Button>
          <FileButton accept=".tar" onChange={(file) => { if (file) void verify(() => file.arrayBuffer()); }}>
            {(props) => <Button {...props} variant="default" disabled={busy} leftSection={<IconFileUpload size={14} aria-hidden />}>Verify a bundle from a file…</Button>}
          </FileButton>
          <Button variant="default" disabled={server.isPending} leftSection={<IconServerBolt size={14} aria-hidden />} onClick={() => server.mutate()}>
            {server.isPending ? 'The server verifies…' : 'Let the server verify'}
          </Button>
          {mayExport ? (
            <Button variant="default" component="a" href="/api/v1/audit/export" download="runbooks-audit.tar" leftSection={<IconDownload size={14} aria-hidden />}>Export the bundle</Button>
          ) : null}
        </Group>
        {mayExport ? null : <Text size="sm" c="dimmed">Exporting, and so verifying here, asks for the role auditor or admin. The server&apos;s own check is open to you.</Text>}
        <Outcome state={state} />
        {server.data ? (
          <Alert
            variant="default" role={server.data.verified ? 'status' : 'alert'} icon={<IconServerBolt size={18} aria-hidden color={toneText(server.data.verified ? 'ok' : 'danger')} />}
            styles={{ title: { color: toneText(server.data.verified ? 'ok' : 'danger') } }} title={server.data.verified ? 'The server says: verified' : `The server says: ${server.data.failure ?? 'failed'}`}
          >
            {server.data.message ?? `${server.data.records} records, ${server.data.headsVerified} signed heads, signed through record ${server.data.signedThrough}.`}
          </Alert>
        ) : null}
        <Refused error={server.error} />
      </Stack>
    </Paper>
  );
}

function Outcome({ state }: { readonly state: Verification }) {
  if (state.kind === 'checking') {
    const { done, total } = state.progress;
    return (
      <div role="status">
        <Text size="sm">{total === 0 ? 'Checking the signatures of the heads…' : `${done} of ${total} records`}</Text>
        <Progress value={total === 0 ? 0 : (done / total) * 100} aria-label="Records verified" mt={4} />
      </div>
    );
  }

  if (state.kind === 'failed') {
    return state.error === null ? <Alert color="red" variant="light" role="alert" title="The bundle could not be verified">{state.message}</Alert> : <Refused error={state.error} title="The export could not be read." />;
  }

  return state.kind === 'done' ? <Verdict verdict={state.verdict} /> : null;
}

export function Verdict({ verdict }: { readonly verdict: ChainVerdict }) {
  if (verdict.failure) {
    return (
      <Alert color="red" variant="light" role="alert" title={`Not verified: ${verdict.failure.name}${verdict.failure.sequence > 0 ? ` at record ${verdict.failure.sequence}` : ''}`}>
        <Text size="sm">{verdict.failure.message}</Text>
        <Text size="sm">{verdict.records} of {verdict.total} records before it are right. Keep this bundle and compare it with the heads that the site agents hold.</Text>
      </Alert>
    );
  }

  return (
    <Alert variant="default" role="status" icon={<IconShieldCheck size={18} aria-hidden color={toneText('ok')} />} styles={{ title: { color: toneText('ok') } }} title={`Verified in this browser: ${verdict.records} records, ${verdict.heads} signed heads`}>
      <Text size="sm">Signed through record {verdict.signedThrough}; the last hash is <Code>{verdict.headHash}</Code></Text>
      <Text size="sm">Signing key <Code>{verdict.keys.join(', ')}</Code>: compare it with one obtained another way. Not proven: that the clock was right, and that what people stated is true.</Text>
    </Alert>
  );
}
