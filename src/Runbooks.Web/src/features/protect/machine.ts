import { api, body } from '@/api/client';
import type { components } from '@/api/schema';

export type WorkloadBody = components['schemas']['WorkloadBody'];
export type VolumeStatus = components['schemas']['VolumeStatus'];

/** A disk as the form holds it: an adopted volume, or a new empty one of a size. */
export interface DiskDraft {
  readonly name: string;
  readonly volume: string | null;
  readonly sizeBytes: number;
}

export interface MachineDraft {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly site: string;
  readonly tier: string;
  readonly cpuCount: number;
  readonly memoryMiB: number;
  readonly disks: readonly DiskDraft[];
  readonly driver: 'none' | 'command' | 'qemu';
  readonly start: string;
  readonly stop: string;
  readonly health: string;
}

export const emptyMachine: MachineDraft = {
  id: '', title: '', group: '', site: '', tier: '', cpuCount: 1, memoryMiB: 1024, disks: [], driver: 'none', start: '', stop: '', health: '',
};

/** One argument a line: never a shell's string. */
const argumentsOf = (text: string): string[] | null => {
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  return lines.length > 0 ? lines : null;
};

export function workloadBody(draft: MachineDraft): WorkloadBody {
  const commands = draft.driver === 'command'
    ? { start: argumentsOf(draft.start), stop: argumentsOf(draft.stop), health: argumentsOf(draft.health) }
    : {};
  return {
    id: draft.id.trim(),
    group: draft.group.trim(),
    site: draft.site,
    title: draft.title.trim() || draft.id.trim(),
    tier: draft.tier.trim() || null,
    cpuCount: draft.cpuCount,
    memoryMiB: draft.memoryMiB,
    firmware: null,
    nics: null,
    disks: draft.disks.map((disk) => ({ name: disk.name, sizeBytes: disk.sizeBytes, volume: disk.volume })),
    driver: { kind: draft.driver, timeoutSeconds: 60, ...commands },
  };
}

/** What keeps the form from being sent; the server's own refusals come on top. */
export function missing(draft: MachineDraft): string | null {
  if (!draft.site) return 'Choose the site where the machine lives.';
  if (draft.disks.length === 0) return 'Choose or add a disk.';
  if (new Set(draft.disks.map((disk) => disk.name)).size < draft.disks.length) return 'Two disks have the same name.';
  if (draft.disks.some((disk) => !disk.name.trim() || disk.sizeBytes <= 0)) return 'Every disk needs a name and a size.';
  if (!draft.id.trim()) return 'Give the workload a short name.';
  if (!draft.group.trim()) return 'Name its group: what fails over together.';
  return null;
}

/** Describes the machine, and its group when that is new. Saying it twice is said by the server, not done twice. */
export async function describe(draft: MachineDraft, knownGroups: readonly string[]): Promise<void> {
  const group = draft.group.trim();
  if (!knownGroups.includes(group)) await api.POST('/api/v1/groups', { body: { id: group, title: null } });
  await body(api.POST('/api/v1/workloads', { body: workloadBody(draft) }));
}

/** Volumes of a site that no workload speaks for: adopted there and not described yet. */
export function freeVolumes(volumes: readonly VolumeStatus[], taken: ReadonlySet<string>): readonly VolumeStatus[] {
  return volumes.filter((volume) => volume.role === 'primary' && !String(volume.workload) && !taken.has(String(volume.volume)) && !volume.failure);
}

/** A volume's id is made here so that the page knows which one it waits for. */
export const newVolumeId = (): string => `vol_${crypto.randomUUID().replaceAll('-', '')}`;

export { quoted } from '@/ui/quoted';
