import { queryOptions } from '@tanstack/react-query';
import { api, body } from '@/api/client';
import type { components } from '@/api/schema';
import { samplesOf } from './history';
import { keptSeconds, watch, type Watched } from './samples';

type Schemas = components['schemas'];
export type Workload = Schemas['WorkloadView'];
export type Protection = Schemas['ProtectionView'];
export type Volume = Schemas['VolumeView'];
export type Link = Schemas['LinkStatus'];
export type RecoveryPoint = Schemas['RecoveryPointView'];

const pageSize = 500;

/** Every workload: the server pages by 500, the table by what the window shows. */
export const workloadsQuery = queryOptions({
  queryKey: ['workloads', 'all'],
  queryFn: async () => {
    const all: Workload[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await body(api.GET('/api/v1/workloads', { params: { query: { limit: pageSize, ...(cursor ? { cursor } : {}) } } }));
      all.push(...page.items);
      if (!page.next) return all;
      cursor = page.next;
    }
  },
});

export const workloadQuery = (id: string) =>
  queryOptions({
    queryKey: ['workloads', id, 'watched'],
    queryFn: async ({ client, queryKey }) => {
      const workload = await body(api.GET('/api/v1/workloads/{workload}', { params: { path: { workload: id } } }));
      const before = client.getQueryData<Watched>(queryKey) ?? (await heardBefore(workload));
      return watch(before, workload, Date.now() / 1000);
    },
    // Rates are differences of counters: they need readings at a steady pace.
    refetchInterval: 2_000,
    // What was measured outlives a visit to another page.
    gcTime: keptSeconds * 1000,
    structuralSharing: false,
  });

/** The minutes before the page was opened, as far as the active control plane heard them. */
async function heardBefore(workload: Workload): Promise<Watched> {
  const params = { path: { workload: workload.id }, query: { window: keptSeconds } };
  const metrics = await body(api.GET('/api/v1/workloads/{workload}/metrics', { params }));
  return { workload, last: null, samples: samplesOf(metrics.volumes, workload.site) };
}

/** The links from the primary's volumes to one standby, as one thing. */
export function linksTo(workload: Workload, site: string): readonly Link[] {
  return workload.volumes
    .filter((volume) => volume.site === workload.site)
    .flatMap((volume) => volume.status.links.filter((link) => link.peer === site));
}

const worst: readonly Link['state'][] = ['detached', 'degraded', 'seeding', 'catching-up', 'in-sync'];

/** The state of the worst disk's link: a workload is as complete as its least complete disk. */
export function worstLink(links: readonly Link[]): Link | undefined {
  return links.toSorted((a, b) => worst.indexOf(a.state) - worst.indexOf(b.state))[0];
}
