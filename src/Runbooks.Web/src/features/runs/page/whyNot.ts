import type { Me } from '@/shell/session';
import type { DecisionView, RunView } from '../data';

/** Why this person cannot decide this request; null when nothing known speaks against it. The server decides. */
export function whyNot(run: RunView, me: Me | undefined, decisions: readonly DecisionView[], secondsLeft: number | null): string | null {
  if (!me) return 'Who you are is not known yet.';
  if (run.requestedBy === me.name || run.requestedBy === me.userId) return 'You asked for this run yourself; nobody decides their own request. Ask another approver.';
  if (!me.roles.some((binding) => binding.role === run.approverRole)) return `It asks for the role ${run.approverRole}, which you do not have.`;
  if (decisions.some((decision) => decision.approver === me.name || decision.approver === me.userId)) return 'You have decided this run already; one person has one voice.';
  if (secondsLeft !== null && secondsLeft <= 0) return 'The request has expired. Ask for the run again.';
  return null;
}
