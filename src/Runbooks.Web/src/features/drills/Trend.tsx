import { Group, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { duration } from '@/ui/format';
import { exact } from '@/ui/TimeText';
import { useZone } from '@/ui/zone';
import { resultWord, type DrillResult } from './drills';

interface TrendProps {
  readonly title: string;
  readonly results: readonly DrillResult[];
  readonly valueOf: (result: DrillResult) => number | null;
  readonly target: number | null;
}

const width = 420;
const height = 110;
const left = 8;
const right = 62;
const top = 12;
const bottom = 8;

/** One point per drill against the objective; a drill that measured nothing is a gap, not a zero. */
export function Trend({ title, results, valueOf, target }: TrendProps) {
  const zone = useZone();
  const values = results.map(valueOf);
  const most = Math.max(1, ...values.map((value) => value ?? 0), target !== null && target < 4 * Math.max(1, ...values.map((value) => value ?? 0)) ? target : 0);
  const x = (i: number) => left + (results.length < 2 ? 0.5 : i / (results.length - 1)) * (width - left - right);
  const y = (value: number) => height - bottom - (value / most) * (height - top - bottom);
  const inside = target !== null && target <= most;
  const last = values.findLast((value) => value !== null) ?? null;
  return (
    <Stack gap={2}>
      <Group gap="xs">
        <Text size="sm" fw={600}>{title}</Text>
        <Text size="sm">{last === null ? 'not measured yet' : duration(last)}{target === null ? ', no objective set' : ` of ${duration(target)}`}</Text>
      </Group>
      <svg viewBox={`0 0 ${width} ${height}`} width="100%" style={{ maxWidth: width }} role="img" aria-label={`${title} of the last ${results.length} drills; the table after it has the figures`}>
        <line x1={left} x2={width - right} y1={height - bottom} y2={height - bottom} stroke="var(--mantine-color-default-border)" />
        {inside && target !== null ? (
          <>
            <line x1={left} x2={width - right} y1={y(target)} y2={y(target)} stroke="light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))" strokeDasharray="6 3" />
            <text x={width - right + 4} y={y(target) + 4} fontSize={11} fill="light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))">{duration(target)}</text>
          </>
        ) : null}
        {values.map((value, i) => {
          const next = values[i + 1];
          return value !== null && next != null
            ? <line key={results[i]?.run} x1={x(i)} y1={y(value)} x2={x(i + 1)} y2={y(next)} stroke="var(--mantine-color-indigo-6)" strokeWidth={1.5} /> : null;
        })}
        {values.map((value, i) => {
          const result = results[i];
          if (value === null || !result) return null;
          const colour = result.passed ? 'teal' : 'red';
          return (
            <circle key={result.run} cx={x(i)} cy={y(value)} r={4} fill={`light-dark(var(--mantine-color-${colour}-8), var(--mantine-color-${colour}-4))`}>
              <title>{`${exact(new Date(result.at), zone)}: ${duration(value)}, ${resultWord(result)}`}</title>
            </circle>
          );
        })}
      </svg>
      <VisuallyHidden>
        <Table aria-label={title}>
          <Table.Tbody>
            {results.map((result) => {
              const value = valueOf(result);
              return (
                <Table.Tr key={result.run}>
                  <Table.Td>{exact(new Date(result.at), zone)}</Table.Td>
                  <Table.Td>{value === null ? 'not measured' : duration(value)}</Table.Td>
                  <Table.Td>{resultWord(result)}</Table.Td>
                </Table.Tr>
              );
            })}
          </Table.Tbody>
        </Table>
      </VisuallyHidden>
    </Stack>
  );
}
