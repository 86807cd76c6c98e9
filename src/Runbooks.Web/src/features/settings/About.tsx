import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { packages } from 'virtual:licences';
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

type Package = (typeof packages)[number];

const packageColumns: readonly Column<Package>[] = [
  { id: 'package', title: 'package', cell: (row) => row.name, sortBy: (row) => row.name, text: (row) => row.name },
  { id: 'version', title: 'version', cell: (row) => row.version },
  { id: 'licence', title: 'licence', cell: (row) => row.licence, sortBy: (row) => row.licence, text: (row) => row.licence },
];

/** What this is, and whose work it stands on. */
export function About() {
  const { data, error } = useQuery({ queryKey: ['about'], queryFn: () => body(api.GET('/api/v1/about')), staleTime: Infinity });
  if (!data) return error ? <Refused error={error} /> : <Waiting what="Reading what this is…" />;
  return (
    <Stack>
      <Text>{data.product} {data.version} on {data.runtime}. The interface is described at <Anchor href="/docs" inherit>/docs</Anchor>.</Text>
      <CommandLine command="runbooks --version" />
      <Title order={2}>Licences of the control plane</Title>
      <DataTable label="licences" rows={data.licences} columns={columns} rowKey={(row) => row.name} />
      <Title order={2}>Licences of this console</Title>
      <Text size="sm">
        Their texts, with the notices of their authors, are in <Anchor href="/licences.txt" target="_blank" rel="noreferrer" inherit>licences.txt</Anchor>.
        elkjs, which lays graphs out, is under the Eclipse Public License 2.0; its source is offered at{' '}
        <Anchor href="https://github.com/kieler/elkjs" target="_blank" rel="noreferrer" inherit>github.com/kieler/elkjs</Anchor>. This console
        carries a part of it: src/Runbooks.Web/scripts/elk-layered.ts in the source of this program is all that was changed.
      </Text>
      <DataTable label="packages" prefix="p" rows={packages} columns={packageColumns} rowKey={(row) => `${row.name} ${row.version}`} />
    </Stack>
  );
}
