// Words that some reader of YAML takes for something else than text.
const reserved = new Set(['', '~', 'null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'none-']);
const plain = /^[A-Za-z0-9_/][A-Za-z0-9_ .,()=+%@/'-]*$/;
const plainInFlow = /^[A-Za-z0-9_/][A-Za-z0-9_ .()=+%@/'-]*$/;

/** A text as a YAML scalar: plain where nobody can misread it, else in double quotes. */
export function scalarText(value: string, inFlow: boolean): string {
  const safe = (inFlow ? plainInFlow : plain).test(value) && !value.endsWith(' ') && !reserved.has(value.toLowerCase())
    && Number.isNaN(Number(value)) && !/^[\d.]+e[\d+-]*$/i.test(value);
  return safe ? value : JSON.stringify(value);
}

/** A value on one line: `{ site: "${group.primarySite}", observers: 1 }`. */
export function flowText(value: unknown): string {
  if (typeof value === 'string') return scalarText(value, true);
  if (Array.isArray(value)) return `[${value.map(flowText).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return entries.length === 0 ? '{}' : `{ ${entries.map(([key, inner]) => `${scalarText(key, true)}: ${flowText(inner)}`).join(', ')} }`;
  }
  return value === null || value === undefined ? 'null' : String(value);
}

const lineMax = 110;

/**
 * What follows `key:` in a block: a space and one line where it fits, else lines of their own, indented by `indent`.
 */
export function blockValue(value: unknown, indent: number): string {
  if (typeof value === 'string') return ` ${scalarText(value, false)}`;
  const line = flowText(value);
  if (typeof value !== 'object' || value === null || (indent + line.length <= lineMax && !hasSteps(value))) return ` ${line}`;
  const pad = ' '.repeat(indent);
  if (Array.isArray(value)) return value.map((item: unknown) => `\n${pad}- ${itemText(item, indent + 2)}`).join('');
  return Object.entries(value).filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => `\n${pad}${scalarText(key, false)}:${blockValue(inner, indent + 2)}`).join('');
}

/** What follows `- `: a mapping begins on the same line. */
export function itemText(value: unknown, indent: number): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return typeof value === 'string' ? scalarText(value, false) : flowText(value);
  return Object.entries(value).filter(([, inner]) => inner !== undefined)
    .map(([key, inner], i) => `${i === 0 ? '' : `\n${' '.repeat(indent)}`}${scalarText(key, false)}:${blockValue(inner, indent + 2)}`).join('');
}

const hasSteps = (value: object): boolean => 'steps' in value || (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null && 'uses' in item));
