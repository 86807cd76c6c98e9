/*
 * What a person can do to a draft. A command looks at a reading and gives batches of edits; a command of several parts
 * reads the text again between them. It throws CommandRefused with words when it cannot or must not be done.
 */
import { isMap } from 'yaml';
import { applyEdits, type Batch } from './edits';
import { cycleBy, explicitNeeds, needsOf, orderOf } from './order';
import { pathBetween } from '@/graph/neighbours';
import { colonOf, endOf, pairOf, reindent, startOf } from './places';
import { nodeAt, pathOf, read, siblingsOf, type Path, type ReadStep, type Reading } from './reading';
import { CommandRefused, insertSources, listAround, sourceFrom, sourceOf, stepsIn } from './sources';
import { removeItem, setAt } from './values';

export interface Done {
  readonly batches: readonly Batch[];
  /** Steps to select afterwards, by key. */
  readonly select?: readonly string[];
  /** A step that is the same one under another key. */
  readonly renamed?: { readonly from: string; readonly to: string };
}

export type Command = (reading: Reading) => Done;

/** Collects batches and reads the text anew after each. */
class Work {
  readonly batches: Batch[] = [];

  constructor(public reading: Reading) {}

  apply(batch: Batch): void {
    if (batch.length === 0) return;
    const text = applyEdits(this.reading.text, batch);
    const next = read(text, this.reading);
    if ('error' in next) throw new CommandRefused(`The change would not leave a readable document (${next.error.message}). Make it in the YAML pane.`);
    this.batches.push(batch);
    this.reading = next.reading;
  }

  step(key: string): ReadStep {
    return stepOf(this.reading, key);
  }

  set(step: ReadStep, path: Path, value: unknown): void {
    this.apply(setAt(this.reading.text, this.reading.document, [...pathOf(step), ...path], value));
  }
}

function stepOf(reading: Reading, key: string): ReadStep {
  const step = reading.byKey.get(key);
  if (!step) throw new CommandRefused(`The step '${key}' is no longer there.`);
  return step;
}

/** Sets one field of a step; `undefined` removes it. */
export const setField = (key: string, path: Path, value: unknown): Command => (reading) => ({
  batches: [setAt(reading.text, reading.document, [...pathOf(stepOf(reading, key)), ...path], value)],
});

/** Sets one field of the runbook outside of the steps. */
export const setValue = (path: Path, value: unknown): Command => (reading) => ({
  batches: [setAt(reading.text, reading.document, path, value)],
});

/** Adds steps (as sources) to a block; ids that are taken there get a number. */
export const insertSteps = (parentKey: string | null, index: number, sources: readonly string[]): Command => (reading) => {
  const work = new Work(reading);
  const keys = insert(work, parentKey, index, sources);
  return { batches: work.batches, select: keys };
};

export const addStep = (parentKey: string | null, index: number, data: Readonly<Record<string, unknown>>): Command =>
  insertSteps(parentKey, index, [sourceFrom(data)]);

function insert(work: Work, parentKey: string | null, index: number, sources: readonly string[]): string[] {
  const parent = parentKey === null ? null : work.step(parentKey);
  if (parent?.data['uses'] !== undefined) throw new CommandRefused(`'${parent.id}' is a step, not a block: it cannot hold steps.`);
  const taken = new Set((parent?.children ?? work.reading.steps).map((step) => step.id));
  const fresh: string[] = [];
  const renamed = new Map<string, string>();
  const own = sources.flatMap(stepsIn).map((step) => String(step['id'] ?? ''));
  for (const id of own) {
    const free = freeId(id || 'step', taken);
    taken.add(free);
    fresh.push(free);
    if (free !== id) renamed.set(id, free);
  }
  work.apply(insertSources(work.reading, parent, index, sources));
  const inserted = (): readonly ReadStep[] => (parentKey === null ? work.reading.steps : work.step(parentKey).children).slice(index, index + own.length);
  inserted().forEach((step, i) => {
    const wanted = fresh[i];
    const now = inserted()[i];
    if (now && wanted !== undefined && step.id !== wanted) work.set(now, ['id'], wanted);
  });
  work.apply(references(work.reading, inserted(), renamed));
  // Needs of copied steps name their copies, or nobody when what they named did not come along.
  const ids = new Set((parentKey === null ? work.reading.steps : work.step(parentKey).children).map((step) => step.id));
  inserted().forEach((_, i) => {
    const step = inserted()[i];
    const needs = step && explicitNeeds(step);
    if (!step || !needs) return;
    const kept = needs.map((need) => renamed.get(need) ?? need).filter((need) => ids.has(need) && need !== step.id);
    if (kept.join() !== needs.join()) work.set(step, ['needs'], kept.length === 0 && needs.length > 0 ? undefined : kept);
  });
  return inserted().map((step) => step.key);
}

export function freeId(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  const base = wanted.replace(/-\d+$/, '');
  for (let n = 2; ; n++) if (!taken.has(`${base}-${n}`)) return `${base}-${n}`;
}

/** Removes steps; who waited for one waits for what it waited for. */
export const removeSteps = (keys: readonly string[]): Command => (reading) => {
  const work = new Work(reading);
  for (const key of outermost(reading, keys)) remove(work, key, true);
  return { batches: work.batches, select: [] };
};

function remove(work: Work, key: string, bridge: boolean): void {
  const step = work.step(key);
  const before = needsOf(work.reading, step);
  const waiting = siblingsOf(work.reading, step).filter((other) => explicitNeeds(other)?.includes(step.id) && other !== step).map((other) => other.key);
  for (const other of waiting) {
    const now = work.step(other);
    const kept = (explicitNeeds(now) ?? []).flatMap((need) => (need === step.id ? (bridge ? before : []) : [need]));
    work.set(now, ['needs'], [...new Set(kept)].filter((need) => need !== now.id));
  }
  const gone = work.step(key);
  const list = listAround(work.reading, gone);
  if (!list) throw new CommandRefused(`The step '${gone.id}' is not written as a list item here.`);
  if (list.items.length > 1 || list.flow) {
    work.apply(removeItem(work.reading.text, list, gone.index));
    return;
  }
  // The last one leaves an empty list, which is written behind the key.
  const owner = gone.parent ? gone.parent.map : nodeAt(work.reading.document, ['spec']);
  const pair = isMap(owner) ? pairOf(owner, 'steps') : undefined;
  if (!pair) return;
  const colon = colonOf(work.reading.text, pair) + 1;
  const lines = removeItem(work.reading.text, list, gone.index)[0];
  work.apply([{ from: colon, to: colon, insert: ' []' }, ...(lines ? [{ ...lines, from: Math.max(lines.from, colon) }] : [])]);
}

/** Steps of a selection that are not inside another one of it, in the order of the text. */
export function outermost(reading: Reading, keys: readonly string[]): string[] {
  const chosen = new Set(keys);
  return [...reading.byKey.values()].filter((step) => {
    if (!chosen.has(step.key)) return false;
    for (let around = step.parent; around; around = around.parent) if (chosen.has(around.key)) return false;
    return true;
  }).map((step) => step.key);
}

/** Moves steps into a block (null: the top) before the child that has the place `index` now. */
export const moveSteps = (keys: readonly string[], parentKey: string | null, index: number): Command => (reading) => {
  const moving = outermost(reading, keys).map((key) => stepOf(reading, key));
  for (let around = parentKey === null ? null : stepOf(reading, parentKey); around; around = around.parent) {
    if (moving.includes(around)) throw new CommandRefused(`'${around.id}' cannot be moved into itself.`);
  }
  const work = new Work(reading);
  const targets = parentKey === null ? reading.steps : stepOf(reading, parentKey).children;
  const anchor = targets.slice(index).find((step) => !moving.includes(step))?.id ?? null;
  const stays = moving.every((step) => (step.parent?.key ?? null) === parentKey);
  const sources = moving.map((step) => sourceOf(reading, step));
  // Within one list the needs stay as they are; leaving it takes the step out of its siblings' order.
  for (const step of [...moving].reverse()) {
    if (stays) cut(work, step.key);
    else remove(work, step.key, true);
  }
  const parent = parentKey === null ? null : findMoved(work.reading, reading, parentKey);
  const now = parent ? parent.children : work.reading.steps;
  const at = anchor === null ? now.length : now.findIndex((step) => step.id === anchor);
  const select = insert(work, parent?.key ?? null, at < 0 ? now.length : at, sources);
  return { batches: work.batches, select };
};

function cut(work: Work, key: string): void {
  const step = work.step(key);
  const list = listAround(work.reading, step);
  if (list && list.items.length > 1) work.apply(removeItem(work.reading.text, list, step.index));
  else remove(work, key, false);
}

// Keys are paths of ids, which a removal elsewhere leaves alone unless ids repeat.
function findMoved(now: Reading, before: Reading, key: string): ReadStep {
  return now.byKey.get(key) ?? stepOf(before, key);
}

/** One place up or down among the siblings. */
export const shiftStep = (key: string, by: -1 | 1): Command => (reading) => {
  const step = stepOf(reading, key);
  const target = step.index + by;
  if (target < 0 || target >= siblingsOf(reading, step).length) throw new CommandRefused(`'${step.id}' is already the ${by < 0 ? 'first' : 'last'} of its list.`);
  return moveSteps([key], step.parent?.key ?? null, by < 0 ? target : target + 1)(reading);
};

/** Into the block directly above. */
export const indentStep = (key: string): Command => (reading) => {
  const step = stepOf(reading, key);
  const above = siblingsOf(reading, step)[step.index - 1];
  if (!above || above.data['uses'] !== undefined) throw new CommandRefused('Only a block directly above can take the step in.');
  return moveSteps([key], above.key, above.children.length)(reading);
};

/** Out of its block, behind it. */
export const outdentStep = (key: string): Command => (reading) => {
  const step = stepOf(reading, key);
  if (!step.parent) throw new CommandRefused(`'${step.id}' is in no block.`);
  return moveSteps([key], step.parent.parent?.key ?? null, step.parent.index + 1)(reading);
};

/** `to` waits for `from`. */
export const connect = (fromKey: string, toKey: string): Command => (reading) => {
  const from = stepOf(reading, fromKey);
  const to = stepOf(reading, toKey);
  if (from === to) throw new CommandRefused('A step cannot wait for itself.');
  if (from.parent !== to.parent) {
    throw new CommandRefused(`Steps wait only for steps beside them: '${from.id}' is ${from.parent ? `in '${from.parent.id}'` : 'at the top'}, '${to.id}' is ${to.parent ? `in '${to.parent.id}'` : 'at the top'}. Connect the blocks.`);
  }
  const cycle = cycleBy(reading, from, to);
  if (cycle) throw new CommandRefused(`These steps would wait for each other: ${[...cycle].join(' → ')}.`);
  const said = explicitNeeds(to);
  const now = needsOf(reading, to);
  if (said?.includes(from.id)) return { batches: [] };
  // The implied order already leads through `from`: then the person means "after this one, not after the one before".
  const before = now[0];
  const branches = said === null && before !== undefined && pathBetween(from.id, before, orderOf(reading, to)) !== null;
  const needs = branches ? [from.id] : [...now.filter((need) => need !== from.id), from.id];
  return { batches: [setAt(reading.text, reading.document, [...pathOf(to), 'needs'], needs)], select: [toKey] };
};

/** `to` no longer waits for `from`. */
export const disconnect = (fromKey: string, toKey: string): Command => (reading) => {
  const from = stepOf(reading, fromKey);
  const to = stepOf(reading, toKey);
  const needs = needsOf(reading, to).filter((need) => need !== from.id);
  return { batches: [setAt(reading.text, reading.document, [...pathOf(to), 'needs'], needs)] };
};

const slug = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A new id, and every need and reference that names the step follows. */
export const renameStep = (key: string, id: string): Command => (reading) => {
  const step = stepOf(reading, key);
  if (id === step.id) return { batches: [] };
  if (!slug.test(id)) throw new CommandRefused(`'${id}' is not a word of a-z, 0-9 and hyphens.`);
  if (siblingsOf(reading, step).some((other) => other.id === id)) throw new CommandRefused(`There is already a step '${id}' beside it.`);
  const work = new Work(reading);
  const parent = step.parent;
  for (const other of siblingsOf(reading, step)) {
    const needs = explicitNeeds(other);
    if (step.id !== '' && needs?.includes(step.id)) work.set(work.step(other.key), ['needs'], needs.map((need) => (need === step.id ? id : need)));
  }
  if (step.id !== '') work.apply(references(work.reading, siblingsOf(work.reading, work.step(key)), new Map([[step.id, id]])));
  work.set(work.step(key), ['id'], id);
  const to = parent ? `${parent.key}.${id}` : id;
  return { batches: work.batches, select: [to], renamed: { from: key, to } };
};

/** Edits that let every `${id…}` among these steps name the new id; all at once, so that one new id may be another's old one. */
function references(reading: Reading, among: readonly ReadStep[], renamed: ReadonlyMap<string, string>): Batch {
  if (renamed.size === 0) return [];
  const found: { from: number; to: number; insert: string }[] = [];
  for (const step of among) {
    if (!step.map) continue;
    const start = startOf(step.map);
    const own = reading.text.slice(start, endOf(reading.text, step.map));
    for (const match of own.matchAll(/(?<!\$)\$\{([A-Za-z0-9_-]+)(?=[.[])/g)) {
      const [, id = ''] = match;
      const to = renamed.get(id);
      if (to !== undefined) found.push({ from: start + match.index + 2, to: start + match.index + 2 + id.length, insert: to });
    }
  }
  return found;
}

export type Wrapping = 'sequence' | 'parallel' | 'for-each';

/** What the history calls each. */
export const wrappingWords: Readonly<Record<Wrapping, string>> = { sequence: 'group', parallel: 'parallel block', 'for-each': 'for-each block' };

/** Puts siblings into a new block at the place of the first of them. */
export const wrapSteps = (keys: readonly string[], shape: Wrapping): Command => (reading) => {
  const steps = outermost(reading, keys).map((key) => stepOf(reading, key));
  const first = steps[0];
  if (!first) throw new CommandRefused('Select the steps that go into the block first.');
  if (steps.some((step) => step.parent !== first.parent)) throw new CommandRefused('Steps of one block stand beside each other. Select steps of one list.');
  const siblings = siblingsOf(reading, first);
  const inside = new Set(steps.map((step) => step.id));
  const outer = [...new Set(steps.flatMap((step) => explicitNeeds(step) ?? []))].filter((need) => !inside.has(need));
  const id = freeId(shape === 'for-each' ? 'each' : shape === 'parallel' ? 'together' : 'block', new Set(siblings.map((step) => step.id)));
  const head: Record<string, unknown> = {
    id,
    ...(outer.length > 0 ? { needs: outer } : {}),
    ...(shape === 'for-each' ? { forEach: '${group.workloads}', as: 'item' } : {}),
    ...(shape === 'parallel' ? { parallel: true } : {}),
  };
  const sources = steps.map((step) => sourceOf(reading, step));
  const work = new Work(reading);
  const parentKey = first.parent?.key ?? null;
  // Who waited for a step that goes inside waits for the block from now on.
  for (const other of siblings.filter((step) => !inside.has(step.id))) {
    const needs = explicitNeeds(other);
    if (needs?.some((need) => inside.has(need))) {
      work.set(work.step(other.key), ['needs'], [...new Set(needs.map((need) => (inside.has(need) ? id : need)))]);
    }
  }
  const block = `${sourceFrom(head)}  steps:\n${reindent(sources.join(''), 4)}`;
  work.apply(insertSources(work.reading, parentKey === null ? null : work.step(parentKey), first.index, [block]));
  for (const step of [...steps].reverse()) {
    const now = (parentKey === null ? work.reading.steps : work.step(parentKey).children)[step.index + 1];
    if (now) cut(work, now.key);
  }
  const made = parentKey === null ? id : `${parentKey}.${id}`;
  for (const child of work.step(made).children) {
    const needs = explicitNeeds(child);
    const kept = needs?.filter((need) => inside.has(need));
    if (needs && kept && kept.length !== needs.length) work.set(work.step(child.key), ['needs'], kept.length === 0 ? undefined : kept);
  }
  return { batches: work.batches, select: [made] };
};

/** Takes a block away and leaves its steps in its place. */
export const unwrapBlock = (key: string): Command => (reading) => {
  const block = stepOf(reading, key);
  if (block.children.length === 0) throw new CommandRefused(`'${block.id}' holds no steps.`);
  const work = new Work(reading);
  const sources = block.children.map((child) => sourceOf(reading, child));
  const parentKey = block.parent?.key ?? null;
  const keys = insert(work, parentKey, block.index + 1, sources);
  const now = (parentKey === null ? work.reading.steps : work.step(parentKey).children)[block.index];
  if (now) remove(work, now.key, true);
  return { batches: work.batches, select: keys };
};

/** Takes another text's step over, whole, with its comments; adds it when there is none of that id here. */
export const takeStep = (parentKey: string | null, id: string, source: string, index: number): Command => (reading) => {
  const siblings = parentKey === null ? reading.steps : stepOf(reading, parentKey).children;
  const own = siblings.find((step) => step.id === id);
  const work = new Work(reading);
  if (own && listAround(reading, own)?.flow !== true && siblings.length > 1) {
    cut(work, own.key);
    const parent = parentKey === null ? null : work.step(parentKey);
    work.apply(insertSources(work.reading, parent, own.index, [source]));
  } else if (own) {
    const data = stepsIn(source)[0];
    if (data) work.set(own, [], data);
  } else {
    work.apply(insertSources(work.reading, parentKey === null ? null : work.step(parentKey), Math.min(index, siblings.length), [source]));
  }
  return { batches: work.batches };
};
