/*
 * Two people changed the same draft. What the other one changed since the common state is listed by meaning (steps
 * added, removed, moved, changed; values outside of the steps), each item is taken over or not, and what is taken is
 * done to this person's text by the ordinary commands: comments on both sides stay, and it can be undone.
 */
import { field } from '@/graph/runbookGraph';
import { moveSteps, removeSteps, setField, setValue, takeStep, type Command } from './commands';
import { siblingsOf, type ReadStep, type Reading } from './reading';
import { flowText } from './scalars';
import { sourceOf } from './sources';
import { isPlainObject, same } from './values';

export interface MergeItem {
  readonly id: string;
  readonly change: 'added' | 'removed' | 'moved' | 'changed';
  /** `databases.start` or `spec.group`. */
  readonly where: string;
  readonly theirs: string;
  /** What this person has there; null when they did not touch it. */
  readonly mine: string | null;
  readonly take: Command;
}

export function changesOf(base: Reading, theirs: Reading, mine: Reading): readonly MergeItem[] {
  const items: MergeItem[] = [];
  for (const step of theirs.byKey.values()) {
    const before = base.byKey.get(step.key);
    if (before) changed(before, step);
    else if (!step.parent || base.byKey.has(step.parent.key)) added(step);
  }
  for (const before of base.byKey.values()) {
    if (!theirs.byKey.has(before.key) && (!before.parent || theirs.byKey.has(before.parent.key))) removed(before);
  }
  values(withoutSteps(base.data), withoutSteps(theirs.data), withoutSteps(mine.data), []);
  return items;

  function added(step: ReadStep): void {
    const own = mine.byKey.get(step.key);
    if (own && same(own.data, step.data)) return;
    items.push({
      id: `+${step.key}`, change: 'added', where: step.key, theirs: flowText(step.data), mine: own ? flowText(own.data) : null,
      take: takeStep(step.parent?.key ?? null, step.id, sourceOf(theirs, step), step.index),
    });
  }

  function removed(before: ReadStep): void {
    const own = mine.byKey.get(before.key);
    if (!own) return;
    items.push({
      id: `-${before.key}`, change: 'removed', where: before.key, theirs: 'removed',
      mine: same(own.data, before.data) ? null : flowText(own.data), take: removeSteps([before.key]),
    });
  }

  function changed(before: ReadStep, after: ReadStep): void {
    const own = mine.byKey.get(after.key);
    if (rankOf(base, before, theirs) !== rankOf(theirs, after, base)) {
      items.push({
        id: `~${after.key}`, change: 'moved', where: after.key, theirs: `place ${after.index + 1}`,
        mine: own && own.index !== before.index ? `place ${own.index + 1}` : null,
        take: moveSteps([after.key], after.parent?.key ?? null, after.index),
      });
    }
    for (const name of new Set([...Object.keys(before.data), ...Object.keys(after.data)])) {
      if (name === 'steps' || same(before.data[name], after.data[name])) continue;
      const ours = own?.data[name];
      if (own && same(ours, after.data[name])) continue;
      items.push({
        id: `${after.key}.${name}`, change: 'changed', where: `${after.key}.${name}`, theirs: shown(after.data[name]),
        mine: own ? (same(ours, before.data[name]) ? null : shown(ours)) : 'removed',
        take: own ? setField(after.key, [name], after.data[name]) : takeStep(after.parent?.key ?? null, after.id, sourceOf(theirs, after), after.index),
      });
    }
  }

  function values(before: unknown, after: unknown, own: unknown, path: readonly string[]): void {
    if (same(before, after)) return;
    if (isPlainObject(before) && isPlainObject(after)) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) values(before[key], after[key], field(own, key), [...path, key]);
      return;
    }
    if (same(own, after)) return;
    items.push({
      id: path.join('.'), change: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed', where: path.join('.'),
      theirs: shown(after), mine: same(own, before) ? null : shown(own), take: setValue(path, after),
    });
  }
}

const shown = (value: unknown): string => (value === undefined ? 'removed' : flowText(value));

/** The place among those siblings that both sides have: adding a step before another does not move it. */
function rankOf(reading: Reading, step: ReadStep, other: Reading): number {
  return siblingsOf(reading, step).filter((sibling) => other.byKey.has(sibling.key)).indexOf(step);
}

function withoutSteps(data: unknown): unknown {
  if (!isPlainObject(data) || !isPlainObject(data['spec'])) return data;
  const spec = Object.fromEntries(Object.entries(data['spec']).filter(([name]) => name !== 'steps'));
  return { ...data, spec };
}
