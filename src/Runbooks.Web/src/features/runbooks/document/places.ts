/** Where things stand in the text: ends, lines, columns, and the lines that belong to one item of a list. */
import { isAlias, isMap, isScalar, isSeq, type CST, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';

export type AnyPair = Pair<unknown, unknown>;

export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** The place after the last character of a value; comments behind it are not part of it. */
export function endOf(text: string, node: Node): number {
  if ((isMap(node) || isSeq(node)) && !node.flow) {
    const last = node.items[node.items.length - 1];
    if (last === undefined) return node.range?.[1] ?? 0;
    return isSeq(node) ? endOf(text, last as Node) : pairEnd(text, last as AnyPair);
  }
  const end = node.range?.[1] ?? 0;
  if (!isScalar(node) || (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED')) return end;
  // A block text owns its last line break; with `+` the empty lines after it as well.
  const keeps = /^[|>][0-9]?\+/.test(text.slice(startOf(node)));
  let trimmed = end;
  while (trimmed > startOf(node) && text[trimmed - 1] === '\n' && !(keeps && trimmed < end)) trimmed--;
  return trimmed;
}

export function pairEnd(text: string, pair: AnyPair): number {
  const value = pair.value as Node | null;
  return value && !isEmpty(value) ? endOf(text, value) : colonOf(text, pair) + 1;
}

export function isEmpty(node: Node): boolean {
  return isScalar(node) && node.value === null && node.range !== undefined && node.range !== null && node.range[0] === node.range[1];
}

export function colonOf(text: string, pair: AnyPair): number {
  const key = pair.key as Node;
  const at = text.indexOf(':', key.range?.[1] ?? 0);
  return at < 0 ? text.length : at;
}

export function pairOf(map: YAMLMap, key: string): AnyPair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as AnyPair | undefined;
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

export const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

export const columnOf = (text: string, at: number): number => at - lineStart(text, at);

/** Column of the keys of a block mapping. */
export function mapIndent(text: string, map: YAMLMap): number {
  const first = map.items[0]?.key as Node | undefined;
  return columnOf(text, first ? startOf(first) : startOf(map));
}

// Of lists that were copied to another place, whose tokens say where they stood before.
const hyphens = new WeakMap<YAMLSeq, readonly number[]>();

export function keepHyphens(list: YAMLSeq, places: readonly number[]): void {
  hyphens.set(list, places);
}

/** The places of a block list's hyphens. */
export function hyphensOf(list: YAMLSeq): readonly number[] {
  const kept = hyphens.get(list);
  if (kept) return kept;
  const token = list.srcToken as CST.BlockSequence | undefined;
  return (token?.items ?? []).flatMap((item) => item.start.filter((part) => part.type === 'seq-item-ind').map((part) => part.offset));
}

/** The whole lines of one item of a block list, with the comment lines that stand directly above it. */
export function itemLines(text: string, list: YAMLSeq, index: number): { readonly from: number; readonly to: number; readonly column: number } {
  const hyphen = hyphensOf(list)[index] ?? 0;
  const column = columnOf(text, hyphen);
  let from = lineStart(text, hyphen);
  while (from > 0) {
    const above = lineStart(text, from - 1);
    const line = text.slice(above, from - 1);
    const indent = line.length - line.trimStart().length;
    if (!line.trimStart().startsWith('#') || indent > column) break;
    from = above;
  }
  const item = list.items[index] as Node | null;
  const end = item && !isAlias(item) && !isEmpty(item) ? endOf(text, item) : Math.max(hyphen + 1, item?.range?.[1] ?? 0);
  return { from, to: Math.min(lineEnd(text, end) + 1, text.length), column };
}

/** Lines moved to another column; lines with less before them keep what they have. */
export function reindent(lines: string, by: number): string {
  if (by === 0) return lines;
  return lines.split('\n').map((line) => {
    if (line.trim() === '') return line;
    if (by > 0) return ' '.repeat(by) + line;
    const spaces = line.length - line.trimStart().length;
    return line.slice(Math.min(-by, spaces));
  }).join('\n');
}
