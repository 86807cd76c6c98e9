/** Setting and removing one value of the document as edits of its text. */
import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Batch, TextEdit } from './edits';
import { colonOf, endOf, isEmpty, itemLines, lineEnd, lineStart, mapIndent, pairEnd, pairOf, startOf, type AnyPair } from './places';
import type { Path, Tree } from './reading';
import { blockValue, flowText, itemText, scalarText } from './scalars';

/** The order in which keys of a step, a runbook and its parts are written; a new key finds its place by it. */
const keyOrder: readonly string[] = [
  'apiVersion', 'kind', 'metadata', 'spec', 'name', 'type', 'required', 'default', 'minLength',
  'id', 'title', 'owner', 'labels', 'for', 'group', 'objectives', 'inputs', 'approvals', 'defaults',
  'needs', 'delay', 'when', 'forEach', 'as', 'concurrency', 'parallel', 'uses', 'with',
  'onIncomplete', 'irreversible', 'timeout', 'retry', 'onFailure', 'compensate', 'steps',
];

/** Edits that make the value at a path; `undefined` removes it, and what becomes empty around it. */
export function setAt(text: string, document: Tree, path: Path, value: unknown): Batch {
  if (!isMap(document.contents)) return [];
  return value === undefined ? removeAt(text, document, path) : set(text, document.contents, path, value, false);
}

function set(text: string, node: Node, path: Path, value: unknown, inFlow: boolean): Batch {
  const [part, ...rest] = path;
  if (part === undefined) return replace(text, node, value, inFlow);
  if (isMap(node)) {
    const flow = inFlow || node.flow === true;
    const pair = pairOf(node, String(part));
    if (!pair) return insertPair(text, node, String(part), nested(rest, value), inFlow);
    const inner = pair.value as Node | null;
    if (inner && !isEmpty(inner) && rest.length > 0 && (isMap(inner) || isSeq(inner))) return set(text, inner, rest, value, flow);
    return replacePair(text, node, pair, nested(rest, value), flow);
  }
  if (isSeq(node) && typeof part === 'number') {
    const flow = inFlow || node.flow === true;
    const item = node.items[part] as Node | undefined;
    return item ? set(text, item, rest, value, flow) : appendItem(text, node, nested(rest, value), flow);
  }
  return [];
}

function nested(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, part) => (typeof part === 'number' ? [inner] : { [part]: inner }), value);
}

/** A value in its place. Two mappings are compared key by key, so that what is equal keeps its bytes and comments. */
function replace(text: string, node: Node, value: unknown, inFlow: boolean): Batch {
  if (isMap(node) && isPlainObject(value)) {
    const edits: TextEdit[] = [];
    const before = node.toJSON() as Record<string, unknown>;
    const gone = Object.keys(before).filter((key) => value[key] === undefined);
    const fresh = Object.keys(value).filter((key) => value[key] !== undefined && !(key in before));
    // Removing and adding keys of one mapping in one batch could touch the same comma: then it is written anew.
    if ((gone.length > 0 && fresh.length > 0) || gone.length > 1 || fresh.length > 1 || gone.length === node.items.length) return whole(text, node, value, inFlow);
    for (const key of gone) edits.push(...removePair(text, node, key));
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined && !same(before[key], inner)) edits.push(...set(text, node, [key], inner, inFlow));
    }
    return edits;
  }
  return whole(text, node, value, inFlow);
}

function whole(text: string, node: Node, value: unknown, inFlow: boolean): Batch {
  const from = startOf(node);
  const to = endOf(text, node);
  if (same((node as { toJSON: () => unknown }).toJSON(), value)) return [];
  const simple = isScalar(node) || isAlias(node) || ((isMap(node) || isSeq(node)) && node.flow === true);
  const insert = inFlow || (simple && typeof value === 'object')
    ? flowText(value)
    : isPlainObject(value) ? itemText(value, columnAt(text, from)) : typeof value === 'string' ? scalarText(value, false) : flowText(value);
  const quoted = isScalar(node) && node.type === 'QUOTE_DOUBLE' && typeof value === 'string' ? JSON.stringify(value) : insert;
  return [{ from, to, insert: quoted }];
}

function replacePair(text: string, map: YAMLMap, pair: AnyPair, value: unknown, inFlow: boolean): Batch {
  const old = pair.value as Node | null;
  const colon = colonOf(text, pair);
  const indent = mapIndent(text, map) + 2;
  if (!old || isEmpty(old)) return [{ from: colon + 1, to: colon + 1, insert: inFlow ? ` ${flowText(value)}` : blockValue(value, indent) }];
  const collection = (isMap(old) || isSeq(old)) && old.flow !== true;
  if ((isMap(old) && isPlainObject(value)) || !collection) return replace(text, old, value, inFlow);
  if (same((old as { toJSON: () => unknown }).toJSON(), value)) return [];
  // A comment between the key and its lines stays behind the key.
  const between = text.slice(colon + 1, startOf(old));
  const to = endOf(text, old);
  const insert = blockValue(value, indent);
  return between.includes('#')
    ? [{ from: colon + 1, to: colon + 1, insert }, { from: lineStart(text, startOf(old)) - 1, to, insert: '' }]
    : [{ from: colon + 1, to, insert }];
}

export function insertPair(text: string, map: YAMLMap, key: string, value: unknown, inFlow: boolean): Batch {
  if (inFlow || map.flow) {
    const last = map.items[map.items.length - 1] as AnyPair | undefined;
    const added = `${scalarText(key, true)}: ${flowText(value)}`;
    if (last) {
      const at = pairEnd(text, last);
      return [{ from: at, to: at, insert: `, ${added}` }];
    }
    return [{ from: startOf(map), to: endOf(text, map), insert: `{ ${added} }` }];
  }
  const indent = mapIndent(text, map);
  const written = `${scalarText(key, false)}:${blockValue(value, indent + 2)}`;
  const before = placeBefore(map, key);
  if (before) {
    const at = lineEnd(text, pairEnd(text, before));
    return [{ from: at, to: at, insert: `\n${' '.repeat(indent)}${written}` }];
  }
  const first = map.items[0]?.key as Node | undefined;
  const at = first ? startOf(first) : startOf(map);
  return [{ from: at, to: at, insert: `${written}\n${' '.repeat(indent)}` }];
}

/** The pair that a new key goes behind. */
function placeBefore(map: YAMLMap, key: string): AnyPair | undefined {
  const rank = (name: unknown): number => keyOrder.indexOf(String(name));
  const own = rank(key);
  const pairs = map.items as AnyPair[];
  if (own < 0) return pairs[pairs.length - 1];
  let found: AnyPair | undefined;
  for (const pair of pairs) if (isScalar(pair.key) && rank(pair.key.value) <= own) found = pair;
  return found;
}

function appendItem(text: string, list: YAMLSeq, value: unknown, inFlow: boolean): Batch {
  const last = list.items[list.items.length - 1] as Node | undefined;
  if (inFlow || list.flow || !last) {
    if (!last) return [{ from: startOf(list), to: endOf(text, list), insert: flowText([value]) }];
    const at = endOf(text, last);
    return [{ from: at, to: at, insert: `, ${flowText(value)}` }];
  }
  const lines = itemLines(text, list, list.items.length - 1);
  const at = lineEnd(text, endOf(text, last));
  return [{ from: at, to: at, insert: `\n${' '.repeat(lines.column)}- ${itemText(value, lines.column + 2)}` }];
}

function removeAt(text: string, document: Tree, path: Path): Batch {
  const trail: Node[] = [];
  let node: unknown = document.contents;
  for (const part of path) {
    trail.push(node as Node);
    if (isMap(node)) node = pairOf(node, String(part))?.value;
    else if (isSeq(node) && typeof part === 'number') node = node.items[part];
    else return [];
    if (node === undefined) return [];
  }
  // The outermost collection that would be left empty goes with the value; steps and the document itself stay.
  let depth = path.length - 1;
  while (depth > 2 && typeof path[depth - 1] === 'string' && lengthOf(trail[depth]) === 1) depth--;
  const holder = trail[depth];
  const part = path[depth];
  if (isMap(holder)) return removePair(text, holder, String(part));
  if (isSeq(holder) && typeof part === 'number') return removeItem(text, holder, part);
  return [];
}

const lengthOf = (node: unknown): number => (isMap(node) || isSeq(node) ? node.items.length : 0);

function removePair(text: string, map: YAMLMap, key: string): Batch {
  const index = map.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key);
  const pair = map.items[index] as AnyPair | undefined;
  if (!pair) return [];
  const start = startOf(pair.key as Node);
  if (map.items.length === 1) return [{ from: map.flow ? startOf(map) : start, to: map.flow ? endOf(text, map) : pairEnd(text, pair), insert: '{}' }];
  const next = map.items[index + 1]?.key as Node | undefined;
  const previous = map.items[index - 1] as AnyPair | undefined;
  if (map.flow) {
    return next ? [{ from: start, to: startOf(next), insert: '' }] : [{ from: previous ? pairEnd(text, previous) : start, to: pairEnd(text, pair), insert: '' }];
  }
  // The first key of a list's item shares its line with the hyphen: the next key moves up to it.
  const sharesLine = text.slice(lineStart(text, start), start).trim() !== '';
  if (sharesLine && next) {
    const between = text.slice(lineEnd(text, pairEnd(text, pair)), lineStart(text, startOf(next)));
    if (!between.includes('#')) return [{ from: start, to: startOf(next), insert: '' }];
    // A comment stands between: the next key is taken up and its own line goes.
    const nextPair = map.items[index + 1] as AnyPair;
    const end = pairEnd(text, nextPair);
    return [
      { from: start, to: pairEnd(text, pair), insert: text.slice(startOf(next), end) },
      { from: lineStart(text, startOf(next)), to: Math.min(lineEnd(text, end) + 1, text.length), insert: '' },
    ];
  }
  const end = lineEnd(text, pairEnd(text, pair));
  return end < text.length ? [{ from: lineStart(text, start), to: end + 1, insert: '' }] : [{ from: lineStart(text, start) - 1, to: end, insert: '' }];
}

export function removeItem(text: string, list: YAMLSeq, index: number): Batch {
  const item = list.items[index] as Node | undefined;
  if (!item) return [];
  if (list.flow) {
    const next = list.items[index + 1] as Node | undefined;
    const previous = list.items[index - 1] as Node | undefined;
    if (next) return [{ from: startOf(item), to: startOf(next), insert: '' }];
    return [{ from: previous ? endOf(text, previous) : startOf(item), to: endOf(text, item), insert: '' }];
  }
  const lines = itemLines(text, list, index);
  return [{ from: lines.from, to: lines.to, insert: '' }];
}

const columnAt = (text: string, at: number): number => at - lineStart(text, at);

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  if (isPlainObject(a) && isPlainObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)].filter((key) => a[key] !== undefined || b[key] !== undefined));
    return [...keys].every((key) => same(a[key], b[key]));
  }
  return false;
}
