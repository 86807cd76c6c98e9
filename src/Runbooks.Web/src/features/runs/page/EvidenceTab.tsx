import { Button, Code, Group, List, Stack, Table, Text, Title } from '@mantine/core';
import { IconDownload, IconFileText, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { CommandLine } from '@/ui/CommandLine';
import { duration } from '@/ui/format';
import { Refused } from '@/ui/Refused';
import { exact } from '@/ui/TimeText';
import { Waiting } from '@/ui/Waiting';
import { useZone } from '@/ui/zone';
import { callsQuery, reportQuery, type RunReport, type RunView } from '../data';
import { CallTable } from './CallTable';

/** What proves what the run did: the report made of its records, decisions, findings, and each call's hashes. */
export function EvidenceTab({ run }: { readonly run: RunView }) {
  const report = useQuery(reportQuery(run.id));
  const calls = useQuery(callsQuery(run.id));
  return (
    <Stack gap="md">
      <Group gap="xs">
        <Button variant="default" component="a" href={`/api/v1/runs/${run.id}/report`} target="_blank" rel="noreferrer" leftSection={<IconFileText size={14} aria-hidden />}>Open or print the report</Button>
        <Button variant="default" component="a" href={`/api/v1/runs/${run.id}/report`} download={`${run.id}.html`} leftSection={<IconDownload size={14} aria-hidden />}>Download as HTML</Button>
        <Button variant="default" component="a" href={`/api/v1/runs/${run.id}/report.json`} download={`${run.id}.json`} leftSection={<IconDownload size={14} aria-hidden />}>Download as JSON</Button>
        <Button variant="default" component={Link} to="/audit?verify=1" leftSection={<IconShieldCheck size={14} aria-hidden />}>Verify the chain here</Button>
        <CommandLine compact command={`runbooks run report ${run.id} --save report.html`} />
      </Group>
      {report.isPending ? <Waiting what="Making the report of the records…" /> : null}
      <Refused error={report.error} title="The report could not be made." />
      {report.data ? <Summary report={report.data} /> : null}
      <div>
        <Title order={2}>Calls</Title>
        {calls.isPending ? <Waiting what="Reading the calls…" /> : null}
        <Refused error={calls.error} title="The calls could not be read." />
        {calls.data?.length === 0 ? <Text size="sm">No call is recorded yet.</Text> : null}
        {calls.data && calls.data.length > 0 ? <CallTable calls={calls.data} /> : null}
      </div>
    </Stack>
  );
}

function Summary({ report }: { readonly report: RunReport }) {
  const zone = useZone();
  const seconds = (ms: number | null | undefined) => (ms == null ? 'not set' : duration(ms / 1000));
  const met = report.objectiveMet ?? null;
  return (
    <Stack gap="md">
      <Table withRowBorders={false} verticalSpacing={2} w="auto" aria-label="What the report says">
        <Table.Tbody>
          <Fact name="recovered in">{report.recoveryMilliseconds == null ? 'not measured' : seconds(report.recoveryMilliseconds)} of {seconds(report.objectiveMilliseconds)} objective{met === null ? '' : met ? ' — met' : ' — missed'}</Fact>
          <Fact name="waited for people">{report.humanMilliseconds === 0 ? 'not at all' : seconds(report.humanMilliseconds)}</Fact>
          <Fact name="recovery point objective">{report.pointObjectiveMilliseconds === 0 ? 'nothing may be lost' : seconds(report.pointObjectiveMilliseconds)}</Fact>
          <Fact name="document"><Code>{report.documentHash ?? '—'}</Code></Fact>
          <Fact name="plan"><Code>{report.planHash ?? '—'}</Code></Fact>
          <Fact name="records">{report.firstRecord} to {report.lastRecord}, the last one&apos;s hash is <Code>{report.lastHash}</Code></Fact>
        </Table.Tbody>
      </Table>
      {report.decisions.length > 0 ? (
        <div>
          <Title order={2}>Decisions of people</Title>
          <Table verticalSpacing={3} aria-label="Decisions">
            <Table.Tbody>
              {report.decisions.map((decision) => (
                <Table.Tr key={`${decision.at}${decision.kind}`}>
                  <Table.Td w={190}><Text size="xs">{exact(new Date(decision.at), zone)}</Text></Table.Td>
                  <Table.Td>{decision.who}</Table.Td>
                  <Table.Td>{decision.kind}</Table.Td>
                  <Table.Td>{decision.reason}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      ) : null}
      <Lines title="Findings" lines={report.findings} none="The report found nothing to mend." />
      <Lines title="What this does not prove" lines={report.notProven} none="Nothing is left open." />
    </Stack>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th fw={400} c="dimmed" scope="row">{name}</Table.Th>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{children}</Table.Td>
    </Table.Tr>
  );
}

function Lines({ title, lines, none }: { readonly title: string; readonly lines: readonly string[]; readonly none: string }) {
  return (
    <div>
      <Title order={2}>{title}</Title>
      {lines.length === 0 ? <Text size="sm">{none}</Text> : <List size="sm">{lines.map((line) => <List.Item key={line}>{line}</List.Item>)}</List>}
    </div>
  );
}
