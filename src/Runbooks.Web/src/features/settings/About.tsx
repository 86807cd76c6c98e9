import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { CommandLine } from '@/ui/CommandLine';
import { Refused } from '@/ui/Refused';
import type { Column } from '@/ui/table/arrange';
import { DataTable } from '@/ui/table/DataTable';
import { Waiting } from '@/ui/Waiting';

type Licence = components['schemas']['LicenceView'];

const columns: readonly Column<Licence>[] = [
  { id: 'name', title: 'part', cell: (row) => row.name, sortBy: (row) => row.name, text: (row) => row.name },
  { id: 'version', title: 'version', cell: (row) => row.version },
  { id: 'licence', title: 'licence', cell: (row) => row.licence, sortBy: (row) => row.licence, text: (row) => row.licence },
  { id: 'use', title: 'used for', cell: (row) => row.use, text: (row) => row.use },
];

/** What this is, and whose work it stands on. */
export function About() {
  const { data, error } = useQuery({ queryKey: ['about'], queryFn: () => body(api.GET('/api/v1/about')), staleTime: Infinity });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading what this is…" />;
  return (
    <Stack>
      <Text>{data.product} {data.version} on {data.runtime}. The interface is described at <Anchor href="/docs" inherit>/docs</Anchor>.</Text>
      <CommandLine command="runbooks --version" />
      <Title order={2}>Licences</Title>
      <DataTable label="licences" rows={data.licences} columns={columns} rowKey={(row) => row.name} />
    </Stack>
  );
}
