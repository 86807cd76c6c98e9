/*
 * Forms from JSON Schemas. The step library's schemas use a small part of the language (objects, lists, maps, scalars
 * that may be a reference, words to choose from); this reads that part into shapes that a form can draw and check.
 * The words of a check are the server's, so that a field says the same before and after a save.
 */
export type ShapeType =
  | 'text' | 'integer' | 'number' | 'boolean' | 'duration' | 'site' | 'workload' | 'recovery-point' | 'url' | 'list' | 'map' | 'object' | 'any';

export interface Shape {
  readonly type: ShapeType;
  readonly description: string;
  readonly default: string | null;
  /** The only words allowed; empty allows all. */
  readonly allowed: readonly string[];
  readonly fields: readonly (readonly [string, Shape])[];
  readonly required: ReadonlySet<string>;
  readonly item: Shape | null;
  /** Of a whole number. */
  readonly minimum: number | null;
}

type Schema = Readonly<Record<string, unknown>>;

export function shapeOf(schema: unknown): Shape {
  const node = record(schema);
  const named = text(node['x-type']);
  const options = list(node['anyOf']).map(record);
  const allowed = options.flatMap((option) => list(option['enum']).map(String));
  const types = [node['type'], ...options.map((option) => option['type'])].flat().filter((type): type is string => typeof type === 'string');
  const properties = Object.entries(record(node['properties']));
  return {
    type: named ? (named as ShapeType) : typeOf(types, properties.length > 0, node),
    description: text(node['description']) ?? '',
    default: node['default'] === undefined ? null : String(node['default']),
    allowed,
    fields: properties.map(([name, inner]) => [name, shapeOf(inner)] as const),
    required: new Set(list(node['required']).map(String)),
    item: node['items'] === undefined ? null : shapeOf(node['items']),
    minimum: [node, ...options].map((each) => each['minimum']).find((least) => typeof least === 'number') ?? null,
  };
}

function typeOf(types: readonly string[], hasFields: boolean, node: Schema): ShapeType {
  if (types.includes('array')) return 'list';
  if (types.includes('object')) return hasFields || node['additionalProperties'] === false ? 'object' : 'map';
  if (types.includes('integer')) return 'integer';
  if (types.includes('number') && !types.includes('string')) return 'number';
  if (types.includes('boolean') && !types.includes('number')) return 'boolean';
  return types.length === 0 ? 'any' : 'text';
}

export interface FieldProblem {
  /** Inside the checked value: `gate.within`, `values[0]`. */
  readonly path: string;
  readonly message: string;
  readonly correction: string;
}

/** What is wrong with a value of a shape; what a reference names is judged by the server. */
export function check(shape: Shape, value: unknown, path = ''): readonly FieldProblem[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string' && value.includes('${')) return referenceProblem(value, path);
  if (shape.type === 'object' && isRecord(value)) {
    const names = shape.fields.map(([name]) => name);
    return [
      ...Object.keys(value).filter((key) => !names.includes(key)).map((key) => ({
        path: join(path, key), message: `The key '${key}' is unknown here.`, correction: suggestion(key, names),
      })),
      ...shape.fields.flatMap(([name, field]) => {
        const inner = value[name];
        if (inner === undefined || inner === null) {
          return shape.required.has(name) ? [{ path: join(path, name), message: `The key '${name}' is missing.`, correction: field.description }] : [];
        }
        return check(field, inner, join(path, name));
      }),
    ];
  }
  if (shape.type === 'list' && Array.isArray(value)) return shape.item ? value.flatMap((item, i) => check(shape.item ?? shape, item, `${path}[${i}]`)) : [];
  if (shape.type === 'map' && isRecord(value)) return [];
  const wrong = scalarProblem(shape, value);
  return wrong ? [{ path, message: `${show(value)} is not ${wrong[0]}.`, correction: wrong[1] }] : [];
}

function scalarProblem(shape: Shape, value: unknown): readonly [string, string] | null {
  const written = typeof value === 'object' ? null : String(value);
  if (shape.allowed.length > 0) {
    return written !== null && shape.allowed.includes(written) ? null : ['allowed here', suggestion(written ?? '', shape.allowed)];
  }
  switch (shape.type) {
    case 'object': return ['an object', "Write 'key: value' lines, indented."];
    case 'map': return ['a map', "Write 'key: value' lines, indented."];
    case 'list': return ['a list', "Write lines that start with '- '."];
    case 'integer': return written !== null && isInteger(written, shape.minimum) ? null : ['a whole number', `Write a number of ${shape.minimum ?? 0} or more.`];
    case 'boolean': return typeof value === 'boolean' ? null : ['true or false', 'Write true or false without quotes.'];
    case 'duration': return written !== null && isDuration(written) ? null : ['a duration', 'Write a number with a unit: 30s, 15m, 1h30m.'];
    case 'url': return written !== null && /^https?:\/\/[^\s/]+/i.test(written) ? null : ['an absolute http or https URL', 'Write it with its scheme and host.'];
    case 'text': return written !== null ? null : ['a text', 'Write one value.'];
    default: return null;
  }
}

// The server counts in 64 bits.
function isInteger(written: string, minimum: number | null): boolean {
  if (!/^\s*[+-]?\d+\s*$/.test(written)) return false;
  const value = BigInt(written.trim().replace('+', ''));
  return value >= BigInt(minimum ?? Number.MIN_SAFE_INTEGER) && value < 2n ** 63n;
}

export function isDuration(value: string): boolean {
  return /^([0-9]*\.?[0-9]+(ms|s|m|h|d))+$/.test(value);
}

function referenceProblem(value: string, path: string): readonly FieldProblem[] {
  const bare = value.replaceAll('$${', '');
  for (let at = bare.indexOf('${'); at >= 0; at = bare.indexOf('${', at + 2)) {
    const end = bare.indexOf('}', at);
    const correction = 'Write ${inputs.name}, ${group.primarySite} or another path.';
    if (end < 0) return [{ path, message: "A '${' has no '}'.", correction }];
    const inner = bare.slice(at + 2, end);
    if (!/^[A-Za-z0-9_-]+(\[[A-Za-z0-9_=-]+\])?(\.[A-Za-z0-9_-]+(\[[A-Za-z0-9_=-]+\])?)*$/.test(inner)) {
      return [{ path, message: `'\${${inner}}' is not a reference: only words, dots and one filter in brackets are allowed.`, correction }];
    }
  }
  return [];
}

/** "Did you mean 'x'?", or the list of what is allowed. */
export function suggestion(word: string, known: readonly string[]): string {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of [...known].sort()) {
    const away = distance(word, candidate);
    if (away < least) {
      least = away;
      best = candidate;
    }
  }
  return best === null ? `Allowed here: ${[...known].sort().join(', ')}.` : `Did you mean '${best}'?`;
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replace, Math.min(previous[j] ?? 0, row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}

const show = (value: unknown): string => {
  const written = JSON.stringify(value) ?? '';
  return written.length <= 60 ? written : `${written.slice(0, 57)}…`;
};
const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const record = (value: unknown): Schema => (isRecord(value) ? value : {});
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
