import { duration } from '@/ui/format';
import { quoted } from '@/ui/quoted';
import type { ExplainView } from '../data';

const verbs: Readonly<Record<string, (group: string) => string>> = {
  'failover-planned': (group) => `Fail over ${group} now`,
  'failover-unplanned': (group) => `Fail over ${group} now`,
  failback: (group) => `Fail back ${group} now`,
  'drill-isolated': (group) => `Start the drill of ${group}`,
  'drill-realistic': (group) => `Start the REAL drill of ${group} now`,
  setup: (group) => `Protect ${group} now`,
};

/** What the button does, in its own words. A start that needs a second person only asks, and says so. */
export function startWords(plan: ExplainView): string {
  const act = (verbs[plan.kind] ?? ((group: string) => `Run ${plan.runbook} on ${group} now`))(plan.group);
  return plan.approval == null ? act : `${act.replace(/ now$/, '')}: ask for approval`;
}

/** What will happen, in one paragraph. */
export function paragraph(plan: ExplainView): string {
  const irreversible = plan.steps.filter((step) => step.irreversible);
  const acts = plan.steps.filter((step) => step.acts).length;
  return [
    plan.real
      ? `This is REAL: it acts on the production of ${plan.group}.`
      : `This is a TEST: it works on clones of ${plan.group}, isolated from production, and removes them afterwards.`,
    `${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}, ${acts} of which ${acts === 1 ? 'changes' : 'change'} something.`,
    irreversible.length === 0 ? 'Every step can be taken back or changes nothing for good.'
      : `${irreversible.map((step) => `“${step.title}”`).join(', ')} cannot be taken back: after that, the way back is a run of its own.`,
    forecast(plan),
    plan.approval == null ? 'Nobody else has to agree: it begins at once.'
      : `${plan.approval.count === 1 ? 'One person' : `${plan.approval.count} people`} with the role ${plan.approval.of}, other than you, must agree within ${duration(plan.approval.expiresSeconds)}; then it begins by itself.`,
  ].join(' ');
}

/** The forecast is a statement about the past and says of which past. */
export function forecast(plan: ExplainView): string {
  const target = plan.rtoSeconds == null ? '' : ` The target is ${duration(plan.rtoSeconds)}.`;
  return plan.forecastSeconds == null
    ? `How long it takes cannot be said: ${plan.forecastBasis}.${target}`
    : `Expected to take ${duration(plan.forecastSeconds)} (${plan.forecastBasis}).${target}`;
}

/** The same start from a terminal. */
export function startCommand(runbook: string, group: string, inputs: Readonly<Record<string, string>>, reason: string, real: boolean): string {
  return [
    `runbooks run start ${runbook}`, group === '' ? '' : `--group ${quoted(group)}`,
    ...Object.entries(inputs).filter(([, value]) => value !== '').map(([name, value]) => `--input ${quoted(`${name}=${value}`)}`),
    `--reason ${quoted(reason === '' ? '…' : reason)}`, real ? `--yes ${quoted(group)}` : '',
  ].filter(Boolean).join(' ');
}
