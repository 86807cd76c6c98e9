import type { Link, Workload } from '@/features/workloads/workloads';

export interface Place { readonly id: string; readonly x: number; readonly y: number }
export interface Line {
  readonly from: string;
  readonly to: string;
  /** The worst of the links that share the line. */
  readonly state: Link['state'];
  readonly workloads: number;
}

const worst: readonly Link['state'][] = ['detached', 'degraded', 'seeding', 'catching-up', 'in-sync'];

/** Sites on a circle; two of them stand side by side. */
export function places(ids: readonly string[], width: number, height: number): readonly Place[] {
  const turn = (2 * Math.PI) / Math.max(1, ids.length);
  return ids.map((id, at) => ({
    id,
    x: Math.round(width / 2 - Math.cos(at * turn) * width * 0.34),
    y: Math.round(height / 2 - Math.sin(at * turn) * height * 0.32),
  }));
}

/** One line for each pair of sites that share workloads, from the primaries' side. */
export function lines(workloads: readonly Workload[]): readonly Line[] {
  const found = new Map<string, { state: Link['state']; names: Set<string>; from: string; to: string }>();
  for (const workload of workloads) {
    for (const volume of workload.volumes.filter((each) => each.site === workload.site)) {
      for (const link of volume.status.links) {
        const key = `${volume.site} ${link.peer}`;
        const line = found.get(key) ?? { state: 'in-sync', names: new Set<string>(), from: volume.site, to: String(link.peer) };
        if (worst.indexOf(link.state) < worst.indexOf(line.state)) line.state = link.state;
        line.names.add(workload.id);
        found.set(key, line);
      }
    }
  }
  return [...found.values()].map(({ names, ...line }) => ({ ...line, workloads: names.size }));
}
