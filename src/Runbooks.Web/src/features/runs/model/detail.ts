/** The words of a step's detail: a procedure's result is JSON, said as `name: value` lines; nothing is no line. */
export function detailLines(detail: string): readonly string[] {
  if (!detail.startsWith('{')) return detail === '' ? [] : [detail];
  try {
    const read = JSON.parse(detail) as Record<string, unknown>;
    return Object.entries(read).map(([name, value]) => `${spaced(name)}: ${words(value)}`);
  } catch {
    return [detail];
  }
}

function words(value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(words).join(', ');
  if (typeof value === 'object') return Object.entries(value).map(([name, inner]) => `${name} ${words(inner)}`).join(', ') || 'none';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value as string | number);
}

const spaced = (name: string): string => name.replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
