import { Anchor, Button, Center, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearchParams } from 'react-router';
import { meQuery, type Me } from '@/shell/session';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { nextAddress } from './nextAddress';
import { signIn } from './signIn';
import { SignInForm } from './SignInForm';

export function Component() {
  const [search] = useSearchParams();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const enter = (me: Me) => {
    queries.clear();
    queries.setQueryData(meQuery.queryKey, me);
    void navigate(nextAddress(search.get('next')), { replace: true });
  };
  const code = search.get('code');

  return (
    <Center component="main" mih="100vh">
      <Paper withBorder p="xl" w={380}>
        <Stack>
          <Title order={1}>Runbooks</Title>
          {code ? <ByLink code={code} onSignedIn={enter} /> : <SignInForm onSignedIn={enter} />}
          <Text size="xs" c="dimmed">
            Without JavaScript: <Anchor href="/emergency" inherit>the emergency page</Anchor>
          </Text>
        </Stack>
      </Paper>
    </Center>
  );
}

interface ByLinkProps {
  readonly code: string;
  readonly onSignedIn: (me: Me) => void;
}

/** A one-time link is used at once; when it was used before or is too old, the form is one click away. */
function ByLink({ code, onSignedIn }: ByLinkProps) {
  const navigate = useNavigate();
  // A query and not an effect: it runs once for a code, however often the page is drawn.
  const used = useQuery({
    queryKey: ['sign-in-link', code],
    queryFn: async () => {
      onSignedIn(await signIn({ code }));
      return true;
    },
    retry: false,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
  if (!used.error) return <Waiting what="Signing in by the link…" />;
  return (
    <>
      <Refused error={used.error} />
      <Button variant="default" onClick={() => void navigate('/signin', { replace: true })}>Sign in another way</Button>
    </>
  );
}
