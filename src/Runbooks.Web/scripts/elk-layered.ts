import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Plugin } from 'vite';

/*
 * Elk's worker without the eight layout algorithms that nobody here asks for: a third of what the designer loads.
 *
 * The published worker is one file that a Java compiler wrote: functions, class definitions (`defineClass(…)` and the
 * assignments to `_` behind it) and a start. Which algorithm there is, is decided in one function. With that function
 * naming only `layered`, everything that cannot be reached from the start any more is left out: a class stays while one
 * of its constructors or subclasses does, a function while something that stays names it. Nothing else changes; a test
 * lays graphs out with both and compares.
 *
 * Elk's licence (EPL 2.0) asks for the source of what is handed out: the published file and this one.
 */

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Unit {
  readonly node: Node;
  readonly names: readonly string[];
  readonly uses: ReadonlySet<string>;
  readonly owner: ClassUnit | null;
  /** Stays only when something names it. */
  readonly lazy: boolean;
  live: boolean;
}

interface ClassUnit {
  readonly base: number | null;
  readonly parts: Unit[];
  live: boolean;
}

/** What can be reached when `layered` is the only algorithm. `parse` gives the tree of a script. */
export function layeredOnly(source: string, parse: (text: string) => unknown): string {
  const bodyOf = (text: string): readonly Node[] => (parse(text) as { readonly body: readonly Node[] }).body;
  const chosen = withoutOthers(source, bodyOf(source));
  const text = withoutDescriptions(chosen, bodyOf(chosen));
  const units = unitsOf(bodyOf(text).flatMap(declarators));
  mark(units);
  return units.all
    .filter(({ live }) => live)
    .map(({ node }) => `${node.type === 'VariableDeclarator' ? 'var ' : ''}${text.slice(node.start, node.end)}`)
    .join(';\n');
}

/** Words with one declaration for hundreds of them stay or go one by one. */
function declarators(node: Node): readonly Node[] {
  return node.type === 'VariableDeclaration' && node['kind'] === 'var' ? (node['declarations'] as readonly Node[]) : [node];
}

/** The sentences that explain options to people: the second of two arguments, and nothing is made from them here. */
function withoutDescriptions(source: string, body: readonly Node[]): string {
  const sentences: Node[] = [];
  first(body, (node) => {
    const given = node.type === 'CallExpression' ? (node['arguments'] as readonly Node[]) : [];
    const word: unknown = given.length === 2 ? given[1]?.['value'] : null;
    if (typeof word === 'string' && word.length > 40 && word.endsWith('.') && given[1]) sentences.push(given[1]);
    return false;
  });
  let kept = '';
  let at = 0;
  for (const { start, end } of sentences.sort((a, b) => a.start - b.start)) {
    kept += `${source.slice(at, start)}''`;
    at = end;
  }
  return kept + source.slice(at);
}

/** `is(name, 'layered') ? register(…) : is(name, 'force') ? …` becomes its first part. */
function withoutOthers(source: string, body: readonly Node[]): string {
  const place = body.find((node) => node.type === 'FunctionDeclaration' && /'layered'\)[\s\S]*'sporeOverlap'/.test(source.slice(node.start, node.end)));
  const choice = place && first(place, (node) => node.type === 'ConditionalExpression' && source.slice(node.start, node.end).includes("'layered'"));
  if (!choice) throw new Error('Elk no longer chooses its algorithms as scripts/elk-layered.ts knows it.');
  const part = (name: string): string => source.slice((choice[name] as Node).start, (choice[name] as Node).end);
  return `${source.slice(0, choice.start)}${part('test')}&&${part('consequent')}${source.slice(choice.end)}`;
}

function first(node: unknown, wanted: (node: Node) => boolean): Node | null {
  if (typeof node !== 'object' || node === null) return null;
  if ('type' in node && wanted(node as Node)) return node as Node;
  for (const each of Object.values(node)) {
    const found = first(each, wanted);
    if (found) return found;
  }
  return null;
}

interface Units {
  readonly all: readonly Unit[];
  readonly named: ReadonlyMap<string, readonly Unit[]>;
  readonly classes: ReadonlyMap<number, ClassUnit>;
  readonly built: ReadonlyMap<string, readonly ClassUnit[]>;
}

function unitsOf(body: readonly Node[]): Units {
  const all: Unit[] = [];
  const named = new Map<string, Unit[]>();
  const classes = new Map<number, ClassUnit>();
  const built = new Map<string, ClassUnit[]>();
  const define = nameOfDefine(body);
  const numbers = namedNumbers(body);
  let current: ClassUnit | null = null;
  for (const node of body) {
    const definition = classDefinition(node, define, numbers);
    if (definition) {
      current = { base: definition.base, parts: [], live: false };
      classes.set(definition.id, current);
      for (const name of definition.constructors) built.set(name, [...(built.get(name) ?? []), current]);
    }
    const literal = classLiteral(node, numbers);
    const owner: ClassUnit | null = definition || isMember(node) ? current : literal?.id === undefined ? null : (classes.get(literal.id) ?? null);
    const unit: Unit = { node, names: namesOf(node), uses: identifiers(node), owner, lazy: literal !== null || node.type === 'FunctionDeclaration' || isPlain(node), live: false };
    owner?.parts.push(unit);
    for (const name of unit.names) named.set(name, [...(named.get(name) ?? []), unit]);
    all.push(unit);
  }
  return { all, named, classes, built };
}

function mark({ all, named, classes, built }: Units): void {
  const waiting: Unit[] = [];
  const wake = (unit: Unit): void => {
    if (unit.live) return;
    unit.live = true;
    waiting.push(unit);
  };
  const wakeClass = (found: ClassUnit): void => {
    if (found.live) return;
    found.live = true;
    found.parts.forEach(wake);
    const base = found.base === null ? undefined : classes.get(found.base);
    if (base) wakeClass(base);
  };
  // Functions, class literals and classes stay only when something names them; every other statement is the start.
  for (const unit of all) if (!unit.owner && !unit.lazy) wake(unit);
  for (let unit = waiting.pop(); unit; unit = waiting.pop()) {
    for (const name of unit.uses) {
      named.get(name)?.forEach(wake);
      built.get(name)?.forEach(wakeClass);
    }
  }
}

/** A declaration that does nothing but give a word or number its name. */
function isPlain(node: Node): boolean {
  return node.type === 'VariableDeclarator' && (node['init'] === null || (node['init'] as Node).type === 'Literal');
}

/** Every class is defined by one function; the root class by its first call. */
function nameOfDefine(body: readonly Node[]): string {
  for (const node of body) {
    const call = callOf(node);
    const [id, base] = call ? (call['arguments'] as readonly Node[]) : [];
    if (call && id?.['value'] === 1 && base?.type === 'Literal' && base['value'] === null) return String((call['callee'] as Node)['name']);
  }
  throw new Error('Elk no longer defines its classes as scripts/elk-layered.ts knows it.');
}

function callOf(node: Node): Node | null {
  const call = node.type === 'ExpressionStatement' ? (node['expression'] as Node) : null;
  return call?.type === 'CallExpression' ? call : null;
}

/** Numbers that stand in several places have a name. */
function namedNumbers(body: readonly Node[]): (node: Node | undefined) => number | undefined {
  const known = new Map<string, number>();
  for (const node of body) {
    const init = node.type === 'VariableDeclarator' ? (node['init'] as Node | null) : null;
    if (typeof init?.['value'] === 'number') known.set(String((node['id'] as Node)['name']), init['value']);
  }
  return (node) => (typeof node?.['value'] === 'number' ? node['value'] : known.get(String(node?.['name'])));
}

function classDefinition(
  node: Node, define: string, numberOf: (node: Node | undefined) => number | undefined,
): { readonly id: number; readonly base: number | null; readonly constructors: readonly string[] } | null {
  const call = callOf(node);
  if (!call || (call['callee'] as Node)['name'] !== define) return null;
  const [id, base, , ...rest] = call['arguments'] as readonly Node[];
  return {
    id: numberOf(id) ?? NaN,
    base: numberOf(base) ?? null,
    constructors: rest.map((each) => String(each['name'])),
  };
}

/** `var literal = make('package', 'Class', 123)`: what a class answers when it is asked for its name. */
function classLiteral(node: Node, numberOf: (node: Node | undefined) => number | undefined): { readonly id: number | undefined } | null {
  const made = node.type === 'VariableDeclarator' ? (node['init'] as Node | null) : null;
  if (made?.type !== 'CallExpression') return null;
  const [area, name, id] = made['arguments'] as readonly Node[];
  const isWord = (part: Node | undefined): boolean => typeof part?.['value'] === 'string' || part?.type === 'Identifier';
  return isWord(area) && typeof name?.['value'] === 'string' ? { id: numberOf(id) } : null;
}

/** `_.method = function …`, and the empty statement behind it. */
function isMember(node: Node): boolean {
  if (node.type === 'EmptyStatement') return true;
  const expression = node.type === 'ExpressionStatement' ? (node['expression'] as Node) : null;
  const left = expression?.type === 'AssignmentExpression' ? (expression['left'] as Node) : null;
  return left?.type === 'MemberExpression' && (left['object'] as Node)['name'] === '_';
}

function namesOf(node: Node): readonly string[] {
  if (node.type === 'FunctionDeclaration') return [String((node['id'] as Node)['name'])];
  return node.type === 'VariableDeclarator' ? [String((node['id'] as Node)['name'])] : [];
}

/** Every name in a piece of the tree; one too many only keeps something. */
function identifiers(node: unknown, found: Set<string> = new Set()): Set<string> {
  if (Array.isArray(node)) node.forEach((each) => identifiers(each, found));
  else if (typeof node === 'object' && node !== null) {
    const { type, name } = node as Node;
    if (type === 'Identifier') found.add(String(name));
    else Object.values(node).forEach((each) => identifiers(each, found));
  }
  return found;
}

const asked = 'elkjs/lib/elk-worker.min.js?url';

/** Gives the built console the smaller worker; the development server takes elk's own. */
export function elkLayered(): Plugin {
  return {
    name: 'elk-layered',
    apply: 'build',
    enforce: 'pre',
    resolveId: (id) => (id === asked ? '\0elk-layered' : null),
    async load(id) {
      if (id !== '\0elk-layered') return null;
      const { minifySync, parseAst } = await import('vite');
      const file = createRequire(import.meta.url).resolve('elkjs/lib/elk-worker.min.js');
      const small = layeredOnly(readFileSync(file, 'utf8'), (text) => parseAst(text));
      const { code } = minifySync('elk-worker.js', `(function(){${small}\n})();`, { module: false });
      const reference = this.emitFile({ type: 'asset', name: 'elk-worker.min.js', source: code });
      return `export default import.meta.ROLLUP_FILE_URL_${reference};`;
    },
  };
}
