import { describe, expect, it } from 'vitest';
import type { ExplainView } from '../data';
import { declared } from './document';
import { paragraph, startCommand, startWords } from './words';

const plan = (more: Partial<ExplainView>) => ({
  runbook: 'failover-planned', kind: 'failover-planned', real: true, group: 'payments', forecastBasis: 'no earlier run of every step',
  steps: [{ title: 'Check', acts: false, irreversible: false }, { title: 'Swap roles', acts: true, irreversible: true }], ...more,
}) as unknown as ExplainView;

describe('the words of a start', () => {
  it('name the act and the group, never OK', () => {
    expect(startWords(plan({}))).toBe('Fail over payments now');
    expect(startWords(plan({ kind: 'custom' }))).toBe('Run failover-planned on payments now');
  });

  it('promise no more than a request when a second person must agree', () => {
    expect(startWords(plan({ approval: { of: 'approver', count: 1, expiresSeconds: 1800 } }))).toBe('Fail over payments: ask for approval');
  });

  it('say in one paragraph what is REAL, what cannot be taken back, how long, and who must agree', () => {
    const said = paragraph(plan({ approval: { of: 'approver', count: 1, expiresSeconds: 1800 }, rtoSeconds: 900 }));
    expect(said).toContain('This is REAL');
    expect(said).toContain('“Swap roles” cannot be taken back');
    expect(said).toContain('cannot be said: no earlier run of every step. The target is 15 m.');
    expect(said).toContain('One person with the role approver, other than you, must agree within 30 m');
  });

  it('say the same as a command, quoted for a shell', () => {
    expect(startCommand('failback', 'payments', { to: 'site-a', note: "it's" }, 'site A is back', true))
      .toBe(`runbooks run start failback --group payments --input to=site-a --input 'note=it'\\''s' --reason 'site A is back' --yes payments`);
  });
});

describe('what a runbook declares', () => {
  it('is read from its document', () => {
    const read = declared('metadata: {name: x, title: X}\nspec:\n  inputs:\n    - {name: hold, type: duration, default: 0s}\n    - {name: to, type: site, required: true, title: Target}\n');
    expect(read).toMatchObject({ title: 'X', group: null });
    expect(read.inputs).toEqual([
      { name: 'hold', type: 'duration', required: false, preset: '0s', minLength: 0, title: 'hold' },
      { name: 'to', type: 'site', required: true, preset: null, minLength: 0, title: 'Target' },
    ]);
  });
});
