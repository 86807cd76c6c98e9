import { text, type AuditRecord } from './records';
import type { Span } from './spans';

/** One call of the run to a site or the control plane: what went in and came out is proven by hashes. */
export interface Call {
  readonly sequence: number;
  readonly activity: string;
  readonly target: string;
  readonly at: number;
  readonly endedAt: number | null;
  readonly outcome: string;
  readonly retries: number;
  readonly worker: string | null;
  readonly inputHash: string | null;
  readonly outputHash: string | null;
  readonly error: string | null;
  /** The step it was made for, as far as the records tell; null when several ran at that time. */
  readonly step: string | null;
}

const ends = new Set(['activity.completed', 'activity.failed', 'activity.timed-out', 'activity.cancelled']);

/** Joins each call's records; `root` is the run's workflow, `spans` tell which step ran when it was made. */
export function callsOf(records: readonly AuditRecord[], root: string, spans: readonly Span[]): readonly Call[] {
  const endings = new Map<string, AuditRecord>();
  const retries = new Map<string, number>();
  for (const record of records) {
    const key = `${record.correlation ?? ''}\n${String(record.data['scheduledEvent'])}`;
    if (ends.has(record.kind)) endings.set(key, record);
    if (record.kind === 'activity.retried') retries.set(key, Number(record.data['attempts'] ?? 2) - 1);
  }

  return records.filter((record) => record.kind === 'activity.scheduled').map((record) => {
    const key = `${record.correlation ?? ''}\n${String(record.data['event'])}`;
    const ending = endings.get(key);
    const at = Date.parse(text(record.data['at']) ?? record.at);
    return {
      sequence: record.sequence,
      activity: text(record.data['activity']) ?? '',
      target: text(record.data['target']) ?? '',
      at,
      endedAt: ending ? Date.parse(text(ending.data['at']) ?? ending.at) : null,
      outcome: ending ? (ending.kind.split('.')[1] ?? '') : 'open',
      retries: retries.get(key) ?? 0,
      worker: text(ending?.data['worker']),
      inputHash: text(record.data['inputHash']),
      outputHash: text(ending?.data['outputHash']),
      error: text(ending?.data['error']),
      step: stepOf(prefixOf(root, record.correlation ?? root), at, spans),
    };
  });
}

/** Where a workflow's steps stand in the run: a child's id is its parent's, then `/STEP#ATTEMPT/WHAT`. */
export function prefixOf(root: string, workflow: string): string {
  if (!workflow.startsWith(`${root}/`)) return '';
  const rest = workflow.slice(root.length + 1).replaceAll(/#\d+/g, '');
  const cut = rest.lastIndexOf('/');
  return `${cut < 0 ? rest : rest.slice(0, cut)}/`;
}

function stepOf(prefix: string, at: number, spans: readonly Span[]): string | null {
  const running = spans.filter((span) =>
    span.path.startsWith(prefix) && !span.path.slice(prefix.length).includes('/') && span.from <= at && (span.to === null || at <= span.to));
  if (running.length === 0) return prefix === '' ? null : prefix.slice(0, -1);
  // A step that begins in the moment the one before ends is the one that calls.
  const latest = running.reduce((a, b) => (b.from >= a.from ? b : a));
  return running.every((span) => span === latest || span.to === latest.from) ? latest.path : prefix === '' ? null : prefix.slice(0, -1);
}

/** The calls made for a step or for a step inside it. */
export function callsWithin(calls: readonly Call[], path: string): readonly Call[] {
  return calls.filter((call) => call.step === path || call.step?.startsWith(`${path}/`));
}
