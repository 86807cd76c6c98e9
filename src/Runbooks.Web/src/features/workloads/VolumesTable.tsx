import { Progress, Table, Text } from '@mantine/core';
import { bytes, duration } from '@/ui/format';
import { StateMark } from '@/ui/StateMark';
import { TimeText } from '@/ui/TimeText';
import type { Link, Volume, Workload } from './workloads';

const silentSeconds = 10;

/** Every copy of every disk, at each site, with where its links stand. */
export function VolumesTable({ workload }: { readonly workload: Workload }) {
  if (workload.volumes.length === 0) return <Text size="sm">No agent reports a copy of this workload’s disks.</Text>;
  return (
    <Table.ScrollContainer minWidth={720} type="native">
      <Table aria-label="Volumes">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>disk</Table.Th><Table.Th>site</Table.Th><Table.Th>role</Table.Th><Table.Th ta="right">size</Table.Th>
            <Table.Th ta="right">generation</Table.Th><Table.Th>export</Table.Th><Table.Th>links</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {workload.volumes.map((volume) => <Row key={volume.site + volume.status.volume} volume={volume} />)}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ volume: { site, ageSeconds, status } }: { readonly volume: Volume }) {
  // Who does not write has nothing to send: its idle end of a link is no trouble, and never was anything else.
  const links = status.links.filter((link) => status.role === 'primary' || link.state !== 'detached');
  return (
    <Table.Tr>
      <Table.Td fw={600}>{status.disk}</Table.Td>
      <Table.Td>
        {site}
        {ageSeconds > silentSeconds ? <Text size="xs" c="dimmed">last known {duration(ageSeconds)} ago</Text> : null}
      </Table.Td>
      <Table.Td>{status.role}{status.failure ? <Text size="xs" fw={600}>{status.failure}</Text> : null}</Table.Td>
      <Table.Td ta="right">{bytes(status.sizeBytes)}</Table.Td>
      <Table.Td ta="right">{String(status.generation)}</Table.Td>
      <Table.Td>{status.exportName || '—'}</Table.Td>
      <Table.Td>{links.length === 0 ? '—' : links.map((link) => <LinkLine key={link.peer} link={link} />)}</Table.Td>
    </Table.Tr>
  );
}

function LinkLine({ link }: { readonly link: Link }) {
  const total = link.copyTotalBytes ?? 0;
  const copying = total > 0 && (link.state === 'seeding' || link.state === 'catching-up');
  return (
    <div>
      → {link.peer} <StateMark state={link.state} detail={<TimeText at={link.since} />} />
      {link.dirtyBytes > 0 ? <Text span size="sm"> {bytes(link.dirtyBytes)} dirty</Text> : null}
      {copying ? <CopyProgress link={link} /> : null}
    </div>
  );
}

/** Bytes, rate and what is left of a full copy or a catch-up. */
export function CopyProgress({ link }: { readonly link: Link }) {
  const total = link.copyTotalBytes ?? 0;
  const done = link.copyDoneBytes ?? 0;
  const rate = link.copyBytesPerSecond ?? 0;
  const words = `${bytes(done)} of ${bytes(total)}${rate > 0 ? ` · ${bytes(rate)}/s · ${duration((total - done) / rate)} left` : ''}`;
  return (
    <div>
      <Progress value={total > 0 ? (done / total) * 100 : 0} aria-label={`Copy to ${link.peer}`} mt={4} />
      <Text size="xs">{words}</Text>
    </div>
  );
}
