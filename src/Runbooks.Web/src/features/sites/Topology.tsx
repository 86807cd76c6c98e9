import { Box, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { components } from '@/api/schema';
import type { Workload } from '@/features/workloads/workloads';
import { meaningOf, toneText } from '@/ui/states';
import { lines, places } from './topology';

type Site = components['schemas']['SiteView'];
const width = 640;
const height = 110;

/** Sites and the links between them; the word on a line says what its colour says. */
export function Topology({ sites, workloads }: { readonly sites: readonly Site[]; readonly workloads: readonly Workload[] }) {
  const spots = places(sites.map((site) => site.id), width, height + (sites.length > 2 ? 200 : 0));
  const spot = (id: string) => spots.find((each) => each.id === id);
  const drawn = lines(workloads);
  return (
    <Box component="section" aria-label="Topology" maw={width} pos="relative">
      <svg viewBox={`0 0 ${width} ${height + (sites.length > 2 ? 200 : 0)}`} width="100%" role="img" aria-label={drawn.length === 0 ? 'No links between the sites.' : drawn.map((line) => `${line.from} to ${line.to}: ${meaningOf(line.state).word}, ${line.workloads} workloads`).join('; ')}>
        <g aria-hidden>
        {drawn.map((line) => {
          const [from, to] = [spot(line.from), spot(line.to)];
          if (!from || !to) return null;
          const colour = toneText(meaningOf(line.state).tone);
          // The two directions of a pair run beside each other.
          const off = line.from < line.to ? -14 : 14;
          return (
            <g key={line.from + line.to} style={{ color: colour }}>
              <line x1={from.x} y1={from.y + off} x2={to.x} y2={to.y + off} stroke="currentColor" strokeWidth={2} strokeDasharray={line.state === 'in-sync' ? undefined : '6 4'} />
              <text x={(from.x + to.x) / 2} y={(from.y + to.y) / 2 + off + (off < 0 ? -8 : 18)} textAnchor="middle" fontSize={13} fontWeight={600} fill="currentColor" stroke="var(--mantine-color-body)" strokeWidth={6} strokeLinejoin="round" paintOrder="stroke">
                {from.x > to.x ? '← ' : ''}{meaningOf(line.state).word} · {line.workloads} {line.workloads === 1 ? 'workload' : 'workloads'}{from.x > to.x ? '' : ' →'}
              </text>
            </g>
          );
        })}
        {sites.map((site) => {
          const at = spot(site.id);
          return at ? (
            <g key={site.id} style={{ color: toneText(meaningOf(site.state).tone) }}>
              <rect x={at.x - 75} y={at.y - 30} width={150} height={60} rx={6} fill="var(--mantine-color-body)" stroke="currentColor" strokeWidth={1.5} />
              <text x={at.x} y={at.y - 4} textAnchor="middle" fontSize={14} fontWeight={700} fill="var(--mantine-color-text)">{site.id}</text>
              <text x={at.x} y={at.y + 16} textAnchor="middle" fontSize={12} fill="currentColor">{meaningOf(site.state).word}</text>
            </g>
          ) : null;
        })}
        </g>
      </svg>
      {drawn.length === 0 ? <Text size="sm">No workload is shared by two sites yet. <Link to="/workloads/protect">Protect one</Link>.</Text> : null}
    </Box>
  );
}
