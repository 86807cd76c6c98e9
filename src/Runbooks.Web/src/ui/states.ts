/** What a state means for the person looking at it; colours and icons are chosen by this and by nothing else. */
export type Tone = 'ok' | 'working' | 'attention' | 'danger' | 'idle' | 'asking';

export const toneColour: Readonly<Record<Tone, string>> = {
  ok: 'teal',
  working: 'blue',
  attention: 'amber',
  danger: 'red',
  idle: 'gray',
  asking: 'violet',
};

/** The tone's colour for text and icons, readable in both schemes. */
export const toneText = (tone: Tone): string =>
  `light-dark(var(--mantine-color-${toneColour[tone]}-${tone === 'ok' || tone === 'danger' ? 9 : 8}), var(--mantine-color-${toneColour[tone]}-3))`;

interface Meaning {
  readonly tone: Tone;
  readonly word: string;
}

// Every state word of the interface: link, protection, group, run, step, site, recovery point.
const meanings: Readonly<Record<string, Meaning>> = {
  protected: { tone: 'ok', word: 'Protected' },
  'in-sync': { tone: 'ok', word: 'In sync' },
  succeeded: { tone: 'ok', word: 'Succeeded' },
  passed: { tone: 'ok', word: 'Passed' },
  connected: { tone: 'ok', word: 'Connected' },
  ready: { tone: 'ok', word: 'Ready' },
  active: { tone: 'ok', word: 'Active' },
  warnings: { tone: 'attention', word: 'Warnings' },
  'not-ready': { tone: 'danger', word: 'Not ready' },
  unknown: { tone: 'attention', word: 'Unknown' },
  running: { tone: 'working', word: 'Running' },
  seeding: { tone: 'working', word: 'Full copy' },
  'setting-up': { tone: 'working', word: 'Setting up' },
  'catching-up': { tone: 'working', word: 'Catching up' },
  compensating: { tone: 'working', word: 'Compensating' },
  degraded: { tone: 'attention', word: 'Degraded' },
  detached: { tone: 'attention', word: 'Detached' },
  paused: { tone: 'attention', word: 'Paused' },
  overdue: { tone: 'attention', word: 'Overdue' },
  stale: { tone: 'attention', word: 'Stale' },
  'not-protected': { tone: 'danger', word: 'Not protected' },
  'setup-failed': { tone: 'danger', word: 'Set-up failed' },
  failed: { tone: 'danger', word: 'Failed' },
  decided: { tone: 'idle', word: 'Decided' },
  conflict: { tone: 'danger', word: 'Conflict' },
  disconnected: { tone: 'danger', word: 'Disconnected' },
  revoked: { tone: 'danger', word: 'Revoked' },
  asking: { tone: 'asking', word: 'Asking' },
  'awaiting-approval': { tone: 'asking', word: 'Awaiting approval' },
  requested: { tone: 'asking', word: 'Requested' },
  pending: { tone: 'asking', word: 'Awaiting approval' },
  waiting: { tone: 'idle', word: 'Waiting' },
  skipped: { tone: 'idle', word: 'Skipped' },
  aborting: { tone: 'attention', word: 'Aborting' },
  aborted: { tone: 'idle', word: 'Aborted' },
  cancelled: { tone: 'idle', word: 'Cancelled' },
  compensated: { tone: 'idle', word: 'Compensated' },
  expired: { tone: 'idle', word: 'Expired' },
  rejected: { tone: 'idle', word: 'Rejected' },
  unprotected: { tone: 'idle', word: 'Unprotected' },
};

/** An unknown state is shown by its own word and never as good. */
export function meaningOf(state: string): Meaning {
  return meanings[state] ?? { tone: 'attention', word: sentence(state) };
}

function sentence(state: string): string {
  const words = state.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
