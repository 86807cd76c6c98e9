import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { TimeText } from '@/ui/TimeText';

interface JoinTokenProps {
  readonly site: string;
  /** The site has an agent already; the next one takes its place. */
  readonly replace: boolean;
}

/** A token that lets one agent join as this site, once and soon. */
export function JoinToken({ site, replace }: JoinTokenProps) {
  const make = useMutation({
    mutationFn: () => body(api.POST('/api/v1/sites/{site}/join-tokens', { params: { path: { site } }, body: { replace } })),
  });
  return (
    <Stack gap="xs" align="flex-start">
      <Group gap="xs">
        <Button onClick={() => make.mutate()} loading={make.isPending} variant={make.data ? 'default' : 'filled'}>
          {make.data ? 'Make another token' : 'Make a join token'}
        </Button>
        <CommandLine command={`runbooks site join-token ${site}`} compact />
      </Group>
      <Refused error={make.error} />
      {make.data ? (
        <>
          <Text size="sm" role="status">
            Good once; it ends <TimeText at={make.data.expiresAt} />. Run this on the site’s machine:
          </Text>
          <CommandLine command={make.data.command} />
          <Text size="sm">Then keep the agent running in the same folder, by its unit or by hand:</Text>
          <CommandLine command="Runbooks.SiteAgent run" />
          <Text size="sm">
            It speaks to {make.data.controlPlaneAddress}. The authority’s fingerprint <Code>{make.data.caFingerprint}</Code> is what keeps the agent from joining somebody else: it is the one that the control plane printed when it first started.
          </Text>
        </>
      ) : <Text size="sm">It is shown once, good for 15 minutes and for one agent.</Text>}
    </Stack>
  );
}
