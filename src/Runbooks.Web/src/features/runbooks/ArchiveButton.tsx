import { ActionIcon, Button, Group, Popover, Stack, Text } from '@mantine/core';
import { IconArchive } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { Refused } from '@/ui/Refused';

/** Archives a runbook that nothing refers to; its versions stay for the runs that pinned them. */
export function ArchiveButton({ name }: { readonly name: string }) {
  const [open, setOpen] = useState(false);
  const queries = useQueryClient();
  const archive = useMutation({
    mutationFn: () => api.DELETE('/api/v1/runbooks/{name}', { params: { path: { name } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runbooks'] }),
  });
  return (
    <Popover opened={open} onChange={setOpen} position="left" withArrow trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`Archive ${name}…`} onClick={(event) => { event.stopPropagation(); setOpen(!open); }}><IconArchive size={15} aria-hidden /></ActionIcon>
      </Popover.Target>
      <Popover.Dropdown maw={380} onClick={(event) => event.stopPropagation()}>
        <Stack gap="sm">
          <Text size="sm">Archive {name}? Its versions and past runs stay readable; it can no longer be started.</Text>
          <Refused error={archive.error} title="It was not archived." />
          <Group><Button loading={archive.isPending} onClick={() => archive.mutate()}>Archive {name}</Button><Button variant="default" onClick={() => setOpen(false)}>Keep it</Button></Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
