import { Center, Paper, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { PasswordForm } from '@/features/settings/PasswordForm';
import { meQuery } from './session';

/** An account that was given a password by somebody else chooses its own before anything is shown. */
export default function MustChangePassword() {
  const queries = useQueryClient();
  return (
    <Center component="main" mih="100vh">
      <Paper withBorder p="xl" w={420}>
        <Stack>
          <Title order={1}>Choose your password</Title>
          <Text size="sm">The one you signed in with was given to you. Only you shall know the next.</Text>
          <PasswordForm asksCurrent onChanged={() => void queries.invalidateQueries({ queryKey: meQuery.queryKey })} />
        </Stack>
      </Paper>
    </Center>
  );
}
