import type { components } from '@/api/schema';

export type AuditView = components['schemas']['AuditView'];
export type RunHistoryView = components['schemas']['RunHistoryView'];

/** One audit record, read from its canonical form. Fields that a kind does not carry are null. */
export interface AuditRecord {
  readonly sequence: number;
  readonly hash: string;
  readonly at: string;
  readonly kind: string;
  readonly actorKind: string;
  readonly actor: string;
  readonly role: string | null;
  readonly basis: string;
  readonly subjectType: string;
  readonly subject: string;
  readonly outcome: string;
  readonly run: string | null;
  readonly site: string | null;
  readonly group: string | null;
  readonly reason: string | null;
  readonly correlation: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A record of a run's permanent history: as much of the audit record as a run's page is made of. */
export type RunRecord = Pick<AuditRecord, 'sequence' | 'at' | 'kind' | 'actor' | 'reason' | 'data'>;

export function runRecord(view: RunHistoryView): RunRecord {
  return { sequence: view.sequence, at: view.at, kind: view.kind, actor: view.who ?? '', reason: view.reason ?? null, data: objectOf(view.data) };
}

export function readRecord(view: AuditView): AuditRecord {
  const record = objectOf(view.record);
  const actor = objectOf(record['actor']);
  const subject = objectOf(record['subject']);
  return {
    sequence: view.sequence,
    hash: view.hash,
    at: text(record['at']) ?? '',
    kind: text(record['kind']) ?? '',
    actorKind: text(actor['kind']) ?? '',
    actor: text(actor['name']) ?? text(actor['id']) ?? '',
    role: text(actor['role']),
    basis: text(record['basis']) ?? '',
    subjectType: text(subject['type']) ?? '',
    subject: text(subject['id']) ?? '',
    outcome: text(record['outcome']) ?? '',
    run: text(record['run']),
    site: text(record['site']),
    group: text(record['group']),
    reason: text(record['reason']),
    correlation: text(record['correlation']),
    data: objectOf(record['data']),
  };
}

export function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
