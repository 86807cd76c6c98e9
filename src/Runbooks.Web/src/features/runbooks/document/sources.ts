/*
 * Steps as pieces of text. A source is the step's own lines, its comments included, moved to column 0 and beginning
 * with `- ` (after its comments). Cutting, moving, copying between runbooks and taking over another person's step all
 * carry sources, so that nothing written by hand is lost on the way.
 */
import { isMap, isSeq, parse, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Batch } from './edits';
import { colonOf, endOf, isEmpty, itemLines, mapIndent, pairOf, reindent, startOf } from './places';
import { nodeAt, pathOf, type ReadStep, type Reading } from './reading';
import { flowText, itemText } from './scalars';
import { insertPair } from './values';

/** Why a command did nothing, in words for the person who gave it. */
export class CommandRefused extends Error {
  override readonly name = 'CommandRefused';
}

export function sourceOf(reading: Reading, step: ReadStep): string {
  const list = listAround(reading, step);
  const item = list?.items[step.index] as Node | undefined;
  if (!list || !item) throw new CommandRefused(`The step '${step.id}' is not written as a list item here. Edit it in the YAML pane.`);
  if (list.flow) return `- ${reading.text.slice(startOf(item), endOf(reading.text, item))}\n`;
  const lines = itemLines(reading.text, list, step.index);
  const cut = reindent(reading.text.slice(lines.from, lines.to), -lines.column);
  return cut.endsWith('\n') ? cut : `${cut}\n`;
}

export function sourceFrom(step: Readonly<Record<string, unknown>>): string {
  return `- ${itemText(step, 2)}\n`;
}

/** Steps read from a source, as data; empty when it is none. */
export function stepsIn(source: string): readonly Record<string, unknown>[] {
  try {
    const data = parse(source, { maxAliasCount: 0, logLevel: 'silent' }) as unknown;
    return Array.isArray(data) && data.every((item) => typeof item === 'object' && item !== null) ? (data as Record<string, unknown>[]) : [];
  } catch {
    return [];
  }
}

export function listAround(reading: Reading, step: ReadStep): YAMLSeq | null {
  const list = nodeAt(reading.document, pathOf(step).slice(0, -1));
  return isSeq(list) ? list : null;
}

/** Edits that put sources into a block (null: the top) so that the first of them gets the place `index`. */
export function insertSources(reading: Reading, parent: ReadStep | null, index: number, sources: readonly string[]): Batch {
  const { text, document } = reading;
  const owner = parent ? parent.map : nodeAt(document, ['spec']);
  if (!isMap(owner)) {
    throw new CommandRefused(parent ? `'${parent.id}' is not written as keys and values here.` : "The document has no 'spec:' to put steps into. Add it in the YAML pane.");
  }
  const source = sources.join('');
  const pair = pairOf(owner, 'steps');
  const list = pair?.value as Node | null | undefined;
  const inFlow = owner.flow === true || isInFlow(reading, parent);
  if (inFlow) return insertFlow(text, owner, list, index, source);
  const indent = mapIndent(text, owner) + 2;
  if (!pair) {
    const written = insertPair(text, owner, 'steps', null, false)[0];
    if (!written) return [];
    const lines = `\n${reindent(source, indent)}`.trimEnd();
    return [{ ...written, insert: written.insert.replace(' null', () => lines) }];
  }
  if (!list || isEmpty(list) || (isSeq(list) && list.items.length === 0)) {
    const from = colonOf(text, pair) + 1;
    return [{ from, to: list && !isEmpty(list) ? endOf(text, list) : from, insert: `\n${reindent(source, indent)}`.trimEnd() }];
  }
  if (!isSeq(list)) throw new CommandRefused("'steps' is not a list here. Correct it in the YAML pane.");
  if (list.flow) {
    const all = list.items.map((item) => `- ${text.slice(startOf(item as Node), endOf(text, item as Node))}\n`);
    if (/(^|\s)#/.test(text.slice(startOf(list), endOf(text, list)).replaceAll(/"[^"]*"|'[^']*'/g, ''))) {
      throw new CommandRefused('This list of steps is written between brackets with comments in it. Write it as lines first.');
    }
    all.splice(index, 0, source);
    return [{ from: colonOf(text, pair) + 1, to: endOf(text, list), insert: `\n${reindent(all.join(''), indent)}`.trimEnd() }];
  }
  const last = list.items.length - 1;
  const column = itemLines(text, list, 0).column;
  if (index <= last) {
    const at = itemLines(text, list, index).from;
    return [{ from: at, to: at, insert: reindent(source, column) }];
  }
  const at = itemLines(text, list, last).to;
  const lines = reindent(source, column);
  return [{ from: at, to: at, insert: text[at - 1] === '\n' ? lines : `\n${lines.trimEnd()}` }];
}

function isInFlow(reading: Reading, parent: ReadStep | null): boolean {
  for (let step = parent; step; step = step.parent) {
    if (step.map?.flow === true || listAround(reading, step)?.flow === true) return true;
  }
  return false;
}

function insertFlow(text: string, owner: YAMLMap, list: Node | null | undefined, index: number, source: string): Batch {
  const steps = stepsIn(source);
  if (/^\s*#/m.test(source) || steps.length === 0) {
    throw new CommandRefused('The block is written on one line, where the comments of these steps have no place. Write the block as lines first.');
  }
  const written = steps.map(flowText).join(', ');
  if (!isSeq(list)) return insertPair(text, owner, 'steps', steps, true);
  const next = list.items[index] as Node | undefined;
  const last = list.items[list.items.length - 1] as Node | undefined;
  if (next) return [{ from: startOf(next), to: startOf(next), insert: `${written}, ` }];
  if (last) return [{ from: endOf(text, last), to: endOf(text, last), insert: `, ${written}` }];
  return [{ from: startOf(list), to: endOf(text, list), insert: `[${written}]` }];
}
