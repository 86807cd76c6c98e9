import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { field } from '@/graph/runbookGraph';
import type { ReadStep, Reading } from '../document/reading';
import { endOf } from '../document/places';
import { pathsAt } from '../forms/references';
import type { StepKind } from '../queries';

const stepKeys: Readonly<Record<string, string>> = {
  id: 'A word that is unique beside its siblings.', title: 'For people.', uses: 'Kind from the step library.', with: "The kind's settings.",
  needs: 'Siblings that must be done first.', delay: 'Waited before the step starts.', when: 'Skips the step when false.',
  forEach: 'A list: the block runs once for each.', as: 'Name of the item in references.', concurrency: 'Most items at once.', parallel: 'Starts all steps of the block at once.',
  steps: 'Steps of a block.', onFailure: 'fail, ask, continue or compensate.', onIncomplete: 'When the standby lacks writes: ask, refuse or accept.',
  timeout: 'Of all attempts.', retry: 'How it is tried again.', compensate: 'What undoes it.', irreversible: 'Cannot be undone, whatever its kind says.',
};
const words: Readonly<Record<string, readonly string[]>> = {
  onFailure: ['fail', 'ask', 'continue', 'compensate'], onIncomplete: ['ask', 'refuse', 'accept'], parallel: ['true', 'false'], irreversible: ['true', 'false'],
  for: ['setup', 'failover-planned', 'failover-unplanned', 'failback', 'drill-isolated', 'drill-realistic', 'custom'],
  type: ['text', 'integer', 'boolean', 'duration', 'site', 'workload', 'recoveryPoint'],
};

/** What can stand at the caret: references after `${`, kinds after `uses:`, words of a key, keys of the kind's schema. */
export function completions(context: CompletionContext, reading: Reading, kinds: ReadonlyMap<string, StepKind>): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  const step = stepNear(reading, context.pos);
  const open = /\$\{([A-Za-z0-9_.[\]=-]*)$/.exec(before);
  if (open) {
    return {
      from: context.pos - (open[1] ?? '').length,
      options: pathsAt(reading, step, kinds).map((path) => ({ label: path, type: 'variable', apply: before.includes('}', open.index) ? path : `${path}}` })),
      validFor: /^[A-Za-z0-9_.-]*$/,
    };
  }
  const valued = /(?:^|[\s{,-])([A-Za-z]+):\s*["']?([A-Za-z0-9.-]*)$/.exec(before);
  if (valued) {
    const [, key = '', begun = ''] = valued;
    const options = key === 'uses'
      ? [...kinds.values()].map((kind) => ({ label: kind.name, detail: kind.title, info: kind.description }))
      : (words[key] ?? []).map((label) => ({ label }));
    return options.length === 0 ? null : { from: context.pos - begun.length, options, validFor: /^[A-Za-z0-9.-]*$/ };
  }
  const key = /(?:^\s*(?:- )?|[{,]\s*)([A-Za-z]*)$/.exec(before);
  if (!key || !step || (key[1] === '' && !context.explicit)) return null;
  const kind = kinds.get(String(step.data['uses'] ?? ''));
  const settings = Object.entries((kind?.with['properties'] ?? {}) as Readonly<Record<string, unknown>>);
  return {
    from: context.pos - (key[1] ?? '').length,
    options: [
      ...settings.map(([label, schema]) => ({ label, detail: 'setting', info: String(field(schema, 'description') ?? ''), apply: `${label}: `, boost: 1 })),
      ...Object.entries(stepKeys).map(([label, info]) => ({ label, info, apply: `${label}: ` })),
    ],
    validFor: /^[A-Za-z]*$/,
  };
}

function stepNear(reading: Reading, at: number): ReadStep | null {
  let found: ReadStep | null = null;
  for (const step of reading.byKey.values()) {
    const start = step.map?.range?.[0];
    // A line that is being typed lies behind the step's last value.
    if (start !== undefined && step.map && start <= at && at <= endOf(reading.text, step.map) + 200) found = step;
  }
  return found;
}
