import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { VolumesTable } from './VolumesTable';
import type { Workload } from './workloads';

const copy = (site: string, role: string, peer: string, state: string, since: string, ageSeconds: number) => ({
  site, ageSeconds,
  status: { volume: `vol-${site}`, disk: 'disk0', role, sizeBytes: 16_777_216, generation: 1, exportName: '', links: [{ peer, state, since, dirtyBytes: 0 }] },
});

it('shows the links of the copy that is written, and since when a silent site is known', () => {
  render(
    <MantineProvider>
      <VolumesTable workload={{
        volumes: [
          copy('site-a', 'primary', 'site-b', 'degraded', '2026-11-22T02:00:00Z', 1),
          copy('site-b', 'standby', 'site-a', 'detached', '0001-01-01T00:00:00Z', 40),
        ],
      } as unknown as Workload} />
    </MantineProvider>,
  );
  expect(screen.getByText('Degraded')).toBeTruthy();
  expect(screen.queryByText('Detached')).toBeNull();
  expect(screen.getByText(/last known 40 s ago/)).toBeTruthy();
});
