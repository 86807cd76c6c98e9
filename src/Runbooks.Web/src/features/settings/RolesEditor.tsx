import { Button, CloseButton, Group, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { Role } from '@/shell/session';
import { reachOf, roles, withReach, type Binding } from './bindings';

interface RolesEditorProps {
  readonly value: readonly Binding[];
  readonly onChange: (next: readonly Binding[]) => void;
}

/** Each role with how far it reaches: everywhere, one group, or one site. */
export function RolesEditor({ value, onChange }: RolesEditorProps) {
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const put = (at: number, next: Binding) => onChange(value.map((each, index) => (index === at ? next : each)));
  return (
    <Stack gap={6}>
      {value.map((binding, at) => (
        <Group key={at} gap="xs" wrap="nowrap">
          <NativeSelect
            size="xs" w={270} aria-label={`Role ${at + 1}`} value={binding.role}
            onChange={(event) => put(at, { ...binding, role: event.currentTarget.value as Role })}
            data={roles.map(({ role, may }) => ({ value: role, label: `${role}: ${may}` }))}
          />
          <NativeSelect
            size="xs" w={190} aria-label={`Reach of role ${at + 1}`} value={reachOf(binding)}
            onChange={(event) => put(at, withReach(binding, event.currentTarget.value))}
          >
            <option value="">everywhere</option>
            <optgroup label="one group">
              {groups.data?.items.map(({ id }) => <option key={id} value={`group:${id}`}>of {id}</option>)}
            </optgroup>
            <optgroup label="one site">
              {sites.data?.items.map(({ id }) => <option key={id} value={`site:${id}`}>at {id}</option>)}
            </optgroup>
          </NativeSelect>
          <CloseButton size="sm" aria-label={`Take away role ${at + 1}`} onClick={() => onChange(value.filter((_, index) => index !== at))} />
        </Group>
      ))}
      <Button
        size="compact-xs" variant="default" style={{ alignSelf: 'flex-start' }}
        onClick={() => onChange([...value, { role: 'viewer', group: null, site: null }])}
      >
        Add a role
      </Button>
    </Stack>
  );
}
