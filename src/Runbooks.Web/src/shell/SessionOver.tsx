import { Modal, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { SignInForm } from '@/features/signin/SignInForm';
import { meQuery, type Me } from './session';

/** Asks to sign in again over the page that is open: what was typed there is still there afterwards. */
export default function SessionOver({ me }: { readonly me: Me }) {
  const queries = useQueryClient();
  const back = (next: Me) => {
    queries.setQueryData(meQuery.queryKey, next);
    void queries.invalidateQueries();
  };
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} closeOnEscape={false} closeOnClickOutside={false} title="Your session has ended">
      <Text size="sm" mb="md">
        Sign in again to go on. This page and what you typed in it stay as they are; nothing was sent while the session was over.
      </Text>
      <SignInForm user={me.name} onSignedIn={back} />
    </Modal>
  );
}
