import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import type { components } from '@/api/schema';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import { bindingOption, type Binding } from './bindings';
import { RolesEditor } from './RolesEditor';

interface RolesDialogProps {
  readonly user: components['schemas']['UserView'];
  readonly onClose: () => void;
}

/** Changes what somebody may do; it holds from their next request on, signed in or not. */
export function RolesDialog({ user, onClose }: RolesDialogProps) {
  const [bindings, setBindings] = useState<readonly Binding[]>(user.roles);
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () => api.PATCH('/api/v1/users/{user}', { params: { path: { user: user.id } }, body: { disabled: null, display: null, roles: [...bindings] } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['users'] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Roles of ${user.name}`} size="lg">
      <Stack>
        <RolesEditor value={bindings} onChange={setBindings} />
        {bindings.length === 0 ? <Text size="sm">Without a role {user.name} may sign in and see nothing.</Text> : null}
        <Text size="sm" c="dimmed">It holds from the next request on, also where {user.name} is signed in now.</Text>
        <Refused error={save.error} />
        <Group justify="flex-end">
          <CommandLine compact command={`runbooks user set ${user.name} ${bindings.map(bindingOption).join(' ')}`.trim()} />
          <Button variant="default" onClick={onClose}>Leave as it was</Button>
          <Button loading={save.isPending} onClick={() => save.mutate()}>Change the roles</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
