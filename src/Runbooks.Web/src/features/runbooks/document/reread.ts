/*
 * Reading a draft again after a small change. Parsing 200 steps takes longer than a frame lasts, and a change is nearly
 * always within one of them: then only the lines of that step are parsed. Everything before them is kept as it is, and
 * what stands behind them is copied to its new place; nothing that an older reading holds is changed.
 *
 * This rests on indentation. The lines of a list's item, from its hyphen to the next hyphen of that list, are all
 * further in than the hyphen, and nothing further in can end, or go on, outside of them. Whatever does not fit (anchors,
 * tabs, a hyphen that was touched, lines moved out) is left to the full reading, which is always right.
 */
import { isMap, isScalar, isSeq, LineCounter, Pair, parseDocument, Scalar, YAMLMap, YAMLSeq, type Node, type Range } from 'yaml';
import { endOf, hyphensOf, keepHyphens, lineStart, type AnyPair } from './places';

/** What of a reading this needs, and what it gives anew. */
interface Parsed {
  readonly text: string;
  readonly contents: Node | null;
  readonly data: unknown;
}

export interface Reread {
  readonly contents: Node;
  readonly data: unknown;
}

export interface Unreadable {
  readonly message: string;
  readonly at: number;
}

interface Part {
  readonly path: readonly (string | number)[];
  readonly from: number;
  readonly to: number;
  readonly column: number;
}

// Anchors and aliases join distant places; directives and document marks change what follows; tabs are no indentation.
const farReaching = /(?:^|[\s,[{:-])[&*][^\s&*]|^(?:---|\.\.\.|%)|[\t\r]/m;

/** The new tree of a text that differs from the old one within one step; null when the whole must be read. */
export function reread(before: Parsed, text: string): Reread | Unreadable | null {
  const old = before.text;
  if (!before.contents || old === text || farReaching.test(old)) return null;
  const from = commonStart(old, text);
  const tail = commonEnd(old, text, from);
  const part = partAround(before.contents, old, from, old.length - tail);
  if (!part) return null;
  const by = text.length - old.length;
  const lines = text.slice(part.from, part.to + by);
  const cut = part.to + by < text.length && !lines.endsWith('\n');
  if (cut || farReaching.test(lines) || !isOneItem(lines, part.column)) return null;
  const parsed = parseDocument(lines, { keepSourceTokens: true, logLevel: 'silent', prettyErrors: false });
  const wrong = parsed.errors[0];
  if (wrong) return { message: wrong.message, at: part.from + wrong.pos[0] };
  const list = parsed.contents;
  if (!isSeq(list) || list.flow === true || list.items.length !== 1) return null;
  const item = moved(list.items[0] as Node, part.from);
  const fresh = (parsed.toJS() as unknown[])[0];
  return { contents: patched(before.contents, part.path, 0, item, by), data: patchedData(before.data, part.path, 0, fresh) };
}

export function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let at = 0;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

function commonEnd(a: string, b: string, start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let count = 0;
  while (count < most && a.charCodeAt(a.length - 1 - count) === b.charCodeAt(b.length - 1 - count)) count++;
  return count;
}

/** The innermost step whose lines hold the whole change. */
function partAround(contents: Node, text: string, from: number, to: number): Part | null {
  let found: Part | null = null;
  let list = valueAt(valueAt(contents, 'spec'), 'steps');
  let path: (string | number)[] = ['spec', 'steps'];
  let end = text.length;
  while (isSeq(list) && list.flow !== true) {
    const hyphens = hyphensOf(list);
    if (hyphens.length !== list.items.length) return found;
    const index = hyphens.findLastIndex((hyphen) => hyphen + 2 <= from);
    const hyphen = hyphens[index];
    const item = list.items[index] as Node | undefined;
    if (hyphen === undefined || !item) return found;
    const start = lineStart(text, hyphen);
    const column = hyphen - start;
    if (text.slice(start, hyphen).trim() !== '' || text[hyphen + 1] !== ' ') return found;
    const next = hyphens[index + 1];
    end = next === undefined ? furtherIn(text, endOf(text, item), column, end) : lineStart(text, next);
    if (to > end || endOf(text, item) > end) return found;
    path = [...path, index];
    found = { path, from: start, to: end, column };
    list = valueAt(item, 'steps');
    path = [...path, 'steps'];
  }
  return found;
}

/** The end of the line a value ends in, and of the lines behind it that are empty or further in than its hyphen. */
function furtherIn(text: string, from: number, column: number, most: number): number {
  let at = from;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0 || end + 1 >= most) return Math.min(most, text.length);
    at = end + 1;
    const line = text.slice(at, text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at));
    if (line.trim() !== '' && indentOf(line) <= column) return at;
  }
}

const indentOf = (line: string): number => line.length - line.trimStart().length;

function isOneItem(lines: string, column: number): boolean {
  return lines.split('\n').slice(1).every((line) => line.trim() === '' || indentOf(line) > column || line.trimStart().startsWith('#'));
}

function valueAt(node: unknown, key: string): unknown {
  return isMap(node) ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.value : undefined;
}

/** A copy with one item replaced; what stands before it is the same, what stands behind it has moved. */
function patched(node: Node, path: readonly (string | number)[], depth: number, item: Node, by: number): Node {
  const part = path[depth];
  if (part === undefined) return item;
  if (isSeq(node)) {
    const copy = new YAMLSeq<unknown>();
    const at = Number(part);
    copy.items = node.items.map((each, i) => (i < at ? each : i > at ? moved(each as Node, by) : patched(each as Node, path, depth + 1, item, by)));
    keepHyphens(copy, hyphensOf(node).map((hyphen, i) => (i > at ? hyphen + by : hyphen)));
    return grown(node, copy, by);
  }
  if (!isMap(node)) return node;
  const copy = new YAMLMap();
  let behind = false;
  copy.items = node.items.map((pair) => {
    if (behind) return movedPair(pair as AnyPair, by);
    if (!isScalar(pair.key) || pair.key.value !== part) return pair;
    behind = true;
    return new Pair(pair.key, patched(pair.value as Node, path, depth + 1, item, by));
  });
  return grown(node, copy, by);
}

function grown<T extends YAMLMap | YAMLSeq>(node: YAMLMap | YAMLSeq, copy: T, by: number): T {
  if (node.range) copy.range = [node.range[0], node.range[1] + by, node.range[2] + by];
  return copy;
}

/** A copy of a value that stands further along; null stays null, as the value of a key with nothing behind it. */
function moved<T>(value: T, by: number): T;
function moved(value: unknown, by: number): unknown {
  if (isScalar(value)) {
    const copy = new Scalar(value.value);
    if (value.type) copy.type = value.type;
    if (value.source !== undefined) copy.source = value.source;
    if (value.tag !== undefined) copy.tag = value.tag;
    if (value.format !== undefined) copy.format = value.format;
    return placed(value, copy, by);
  }
  if (isMap(value)) {
    const copy = new YAMLMap();
    copy.items = value.items.map((pair) => movedPair(pair as AnyPair, by));
    if (value.flow !== undefined) copy.flow = value.flow;
    return placed(value, copy, by);
  }
  if (isSeq(value)) {
    const copy = new YAMLSeq<unknown>();
    copy.items = value.items.map((each) => moved(each, by));
    if (value.flow !== undefined) copy.flow = value.flow;
    else keepHyphens(copy, hyphensOf(value).map((hyphen) => hyphen + by));
    return placed(value, copy, by);
  }
  return value;
}

const movedPair = (pair: AnyPair, by: number): AnyPair => new Pair(moved(pair.key, by), moved(pair.value, by));

function placed<T extends { range?: Range | null }>(from: { range?: Range | null }, copy: T, by: number): T {
  if (from.range) copy.range = [from.range[0] + by, from.range[1] + by, from.range[2] + by];
  return copy;
}

function patchedData(data: unknown, path: readonly (string | number)[], depth: number, item: unknown): unknown {
  const part = path[depth];
  if (part === undefined) return item;
  if (Array.isArray(data)) return data.map((each: unknown, i) => (i === part ? patchedData(each, path, depth + 1, item) : each));
  const record = data as Record<string, unknown>;
  return { ...record, [part]: patchedData(record[part], path, depth + 1, item) };
}
