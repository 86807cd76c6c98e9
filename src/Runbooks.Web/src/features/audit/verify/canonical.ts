/*
 * Canonical JSON (RFC 8785) as the chain uses it: keys in order of UTF-16 code units, no white space, numbers only as
 * integers within ±(2^53 − 1). JSON.stringify prints strings and such integers exactly as the standard asks.
 */
// With the u flag a proper pair is one character and does not match.
const halfSurrogate = /\p{Surrogate}/u;

export function canonical(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') {
    if (halfSurrogate.test(value)) throw new Error('A string holds half of a surrogate pair and has no UTF-8 form.');
    return JSON.stringify(value);
  }

  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new Error(`The number ${value} is not an integer within ±(2^53 − 1).`);
    return String(value === 0 ? 0 : value);
  }

  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object') throw new Error(`A ${typeof value} has no canonical form.`);
  const members = Object.entries(value as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}
