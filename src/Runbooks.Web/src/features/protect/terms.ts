import type { components } from '@/api/schema';
import { lossWords } from '@/features/workloads/policyWords';
import { duration } from '@/ui/format';

type ProtectBody = components['schemas']['ProtectBody'];
type OnLinkLoss = components['schemas']['OnLinkLoss'];

/** What is agreed for a protection, in the units people type. */
export interface Terms {
  readonly standbys: readonly string[];
  readonly onLinkLoss: OnLinkLoss;
  readonly ifArbiterUnreachable: 'suspend' | 'continue';
  readonly peerTimeoutSeconds: number;
  readonly catchUpMiBPerSecond: number;
  readonly rtoMinutes: number;
  readonly rpoSeconds: number;
  readonly pointEveryMinutes: number;
  readonly pointsKept: number;
  readonly reason: string;
}

export const usualTerms: Terms = {
  standbys: [], onLinkLoss: 'arbitrate', ifArbiterUnreachable: 'suspend', peerTimeoutSeconds: 5, catchUpMiBPerSecond: 0,
  rtoMinutes: 15, rpoSeconds: 0, pointEveryMinutes: 60, pointsKept: 24, reason: '',
};

export function protectBody(workload: string, terms: Terms): ProtectBody {
  return {
    workload,
    standbys: [...terms.standbys],
    mode: 'synchronous',
    onLinkLoss: terms.onLinkLoss,
    ifArbiterUnreachable: terms.onLinkLoss === 'arbitrate' ? terms.ifArbiterUnreachable : null,
    peerTimeoutSeconds: terms.peerTimeoutSeconds,
    holdDownSeconds: null,
    catchUpBytesPerSecondMax: Math.round(terms.catchUpMiBPerSecond * 2 ** 20),
    rtoSeconds: terms.rtoMinutes * 60,
    rpoSeconds: terms.rpoSeconds,
    recoveryPointEverySeconds: terms.pointEveryMinutes * 60,
    recoveryPointsKept: terms.pointsKept,
    reason: terms.reason.trim() || null,
  };
}

/** The same as a command, for a terminal or a note. */
export function protectCommand(workload: string, terms: Terms): string {
  return [
    `runbooks protection protect ${workload}`,
    ...terms.standbys.map((site) => `--standby ${site}`),
    `--on-link-loss ${terms.onLinkLoss}`,
    `--rto ${terms.rtoMinutes * 60}`, `--rpo ${terms.rpoSeconds}`,
    `--point-every ${terms.pointEveryMinutes * 60}`, `--points-kept ${terms.pointsKept}`,
  ].join(' ');
}

/** What will happen, in one paragraph. */
export function promise(workload: string, home: string, terms: Terms): string {
  const copies = terms.standbys.join(' and ');
  const points = terms.pointEveryMinutes > 0
    ? `A recovery point is made every ${duration(terms.pointEveryMinutes * 60)}; ${terms.pointsKept} are kept.`
    : 'Recovery points are made only by runs.';
  return `Every disk of ${workload} is copied from ${home} to ${copies} while the machine goes on; what it writes meanwhile follows. `
    + `From then on a write is acknowledged when both sites have it. When the link is lost: ${lossWords[terms.onLinkLoss].title.toLowerCase()}. ${points}`;
}
