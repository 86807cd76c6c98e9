import { expect, it } from 'vitest';
import { elsaAddress, isElsa } from './elsa';

it('knows an Elsa definition by its root activity', () => {
  expect(isElsa('  {"id":"x","root":{"type":"Elsa.Flowchart"}}')).toBe(true);
});

it.each(['apiVersion: runbooks/v1', '{"apiVersion":"runbooks/v1","root":1}', '{ broken', '[1]', ''])('takes %j for something else', (text) => {
  expect(isElsa(text)).toBe(false);
});

it('keeps a name inside its place in the address', () => {
  expect(elsaAddress('a/../b')).toBe('/api/v1/runbooks/a%2F..%2Fb/elsa');
});
