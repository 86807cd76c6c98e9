/*
 * Reading a draft. The text is the truth: it is parsed into yaml's document, which knows where every value stands, and
 * commands turn wishes into edits of that text. What a command does not touch keeps its bytes.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { field, idsOf, type StepData } from '@/graph/runbookGraph';
import { linesOf, reread } from './reread';

/** The server's own limit, held here too so that a hostile paste never reaches the parser. */
export const textLengthMax = 1 << 20;
const aliasesMax = 100;
/** The server's limit as well; what is nested deeper is not drawn, and named as a problem. */
const depthMax = 32;

export interface ReadingError {
  /** What is the matter, as a headline. */
  readonly title: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

const notYaml = (message: string, place: { readonly line: number; readonly col: number }): ReadingError => (
  { title: `The text is not YAML at line ${place.line}`, message, line: place.line, column: place.col }
);

/** One step of the draft and where it stands. */
export interface ReadStep {
  /** Path of ids: the id of its node in the graph. */
  readonly key: string;
  /** Its own id as written; empty when it has none. */
  readonly id: string;
  readonly index: number;
  readonly parent: ReadStep | null;
  readonly data: StepData;
  /** Null when the step is not written here as keys and values (an alias, a bare word). */
  readonly map: YAMLMap | null;
  readonly children: readonly ReadStep[];
}

/** The part of yaml's document that a draft is read for. */
export type Tree = Pick<Document.Parsed, 'contents'>;

export interface Reading {
  readonly text: string;
  readonly document: Tree;
  readonly data: unknown;
  readonly steps: readonly ReadStep[];
  readonly byKey: ReadonlyMap<string, ReadStep>;
  readonly lines: LineCounter;
}

type Read = { readonly reading: Reading } | { readonly error: ReadingError };

/** Reads a text; `before` is a reading of nearly the same text, of which most is taken over. */
export function read(text: string, before?: Reading): Read {
  if (text.length > textLengthMax) {
    const size = (text.length / 2 ** 20).toFixed(1);
    return { error: { title: 'The text is too long for a runbook', message: `The document has ${size} million characters; the limit is 1 million. Split the runbook.`, line: 1, column: 1 } };
  }
  return (before && readChange(text, before)) ?? readWhole(text);
}

function readChange(text: string, before: Reading): Read | null {
  const again = reread({ text: before.text, contents: before.document.contents, data: before.data }, text);
  if (!again) return null;
  const lines = linesOf(text);
  if ('message' in again) {
    const place = lines.linePos(again.at);
    return { error: notYaml(again.message, place) };
  }
  return { reading: readingOf(text, { contents: again.contents as Document.Parsed['contents'] }, again.data, lines) };
}

function readWhole(text: string): Read {
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { keepSourceTokens: true, lineCounter: lines, logLevel: 'silent', prettyErrors: false });
  } catch {
    // The parser calls itself for each level, so a hostile text exhausts its stack.
    return { error: { title: 'The text is nested too deeply', message: `It is nested too deeply to be read; ${depthMax} levels are allowed.`, line: 1, column: 1 } };
  }
  const wrong = document.errors[0];
  if (wrong) {
    const place = lines.linePos(wrong.pos[0]);
    return { error: notYaml(wrong.message, place) };
  }
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: aliasesMax }) as unknown;
  } catch {
    return { error: { title: 'The text unfolds too far', message: 'The document unfolds its aliases too often, or is nested too deeply. Write the values out.', line: 1, column: 1 } };
  }
  return { reading: readingOf(text, document, data, lines) };
}

function readingOf(text: string, document: Tree, data: unknown, lines: LineCounter): Reading {
  const byKey = new Map<string, ReadStep>();
  const list = nodeAt(document, ['spec', 'steps']);
  const steps = readSteps(isSeq(list) ? list : null, field(field(data, 'spec'), 'steps'), null, byKey);
  return { text, document, data, steps, byKey, lines };
}

function readSteps(list: YAMLSeq | null, data: unknown, parent: ReadStep | null, byKey: Map<string, ReadStep>, depth = 0): ReadStep[] {
  if (!Array.isArray(data) || depth > depthMax) return [];
  const siblings = data.map((item: unknown) => (typeof item === 'object' && item !== null ? (item as StepData) : {}));
  const keys = idsOf(siblings, parent?.key ?? null);
  return siblings.map((step, index) => {
    const node = list?.items[index];
    const map = isMap(node) ? node : null;
    const children: ReadStep[] = [];
    const own: ReadStep = {
      key: keys[index] ?? '', id: step['id'] === undefined || step['id'] === null ? '' : String(step['id']), index, parent, data: step, map, children,
    };
    byKey.set(own.key, own);
    const inner = map?.get('steps', true) as Node | undefined;
    children.push(...readSteps(isSeq(inner) ? inner : null, step['steps'], own, byKey, depth + 1));
    return own;
  });
}

export type Path = readonly (string | number)[];

export function nodeAt(document: Tree, path: Path): Node | null {
  let node: unknown = document.contents;
  for (const part of path) {
    if (isMap(node)) node = node.items.find((pair) => isScalar(pair.key) && pair.key.value === part)?.value ?? null;
    else if (isSeq(node) && typeof part === 'number') node = node.items[part] ?? null;
    else return null;
  }
  return node as Node | null;
}

/** Where a step stands in the document: `spec`, `steps`, 2, `steps`, 0. */
export function pathOf(step: ReadStep): Path {
  return [...(step.parent ? pathOf(step.parent) : ['spec']), 'steps', step.index];
}

/** The step and the path inside it that a problem's path names: `spec.steps[2].with.zone`. */
export function stepAt(reading: Pick<Reading, 'steps'>, path: string): { readonly step: ReadStep; readonly rest: string } | null {
  let rest = path.startsWith('spec.steps[') ? path.slice('spec.'.length) : '';
  let siblings = reading.steps;
  let found: ReadStep | null = null;
  for (let match = /^steps\[(\d+)\]\.?/.exec(rest); match; match = /^steps\[(\d+)\]\.?/.exec(rest)) {
    const step: ReadStep | undefined = siblings[Number(match[1])];
    if (!step) break;
    found = step;
    siblings = step.children;
    rest = rest.slice(match[0].length);
  }
  return found ? { step: found, rest } : null;
}

export function lineOf(reading: Reading, step: ReadStep): number {
  const start = step.map?.range?.[0];
  return start === undefined ? 1 : reading.lines.linePos(start).line;
}

export function siblingsOf(reading: Reading, step: ReadStep): readonly ReadStep[] {
  return step.parent?.children ?? reading.steps;
}
