import { describe, expect, it } from 'vitest';
import { check, shapeOf, suggestion } from './shapes';

const reference = { type: 'string', pattern: '\\$\\{' };
const shape = shapeOf({
  type: 'object', additionalProperties: false, required: ['site'],
  properties: {
    site: { type: ['string', 'number', 'boolean'], description: 'From where.', 'x-type': 'site' },
    within: { type: ['string', 'number', 'boolean'], description: 'How long.', default: '1m', 'x-type': 'duration' },
    expect: { anyOf: [{ type: 'integer' }, reference], description: 'Status.' },
    method: { type: ['string', 'number', 'boolean'], anyOf: [{ enum: ['GET', 'POST'] }, reference], description: 'Method.' },
    dry: { anyOf: [{ type: 'boolean' }, reference] },
    headers: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
    gate: { type: 'object', additionalProperties: false, required: [], properties: { http: { type: ['string'], 'x-type': 'url' } } },
    values: { type: ['array', 'string'], items: { anyOf: [{ type: 'integer' }, reference] } },
  },
});
const words = (value: unknown) => check(shape, value).map((problem) => `${problem.path}: ${problem.message} ${problem.correction}`);

describe('shapes of schemas', () => {
  it('reads every type the step library uses', () => {
    expect(shape.fields.map(([name, field]) => [name, field.type])).toEqual([
      ['site', 'site'], ['within', 'duration'], ['expect', 'integer'], ['method', 'text'], ['dry', 'boolean'], ['headers', 'map'], ['gate', 'object'], ['values', 'list'],
    ]);
    expect(shape.fields.find(([name]) => name === 'method')?.[1].allowed).toEqual(['GET', 'POST']);
  });

  it('accepts right values and any reference', () => {
    expect(words({ site: 'a', within: '1h30m', expect: 200, method: 'GET', dry: true, headers: { a: 'b' }, gate: { http: 'https://x/y' }, values: [1, '${inputs.n}'] })).toEqual([]);
    expect(words({ site: '${group.primarySite}', expect: '${inputs.n}', dry: '${inputs.d}' })).toEqual([]);
  });

  it('says the server\'s words about wrong ones', () => {
    expect(words({})).toEqual(["site: The key 'site' is missing. From where."]);
    expect(words({ site: 'a', withn: '1m' })).toEqual(["withn: The key 'withn' is unknown here. Did you mean 'within'?"]);
    expect(words({ site: 'a', within: '5 minutes' })).toEqual(['within: "5 minutes" is not a duration. Write a number with a unit: 30s, 15m, 1h30m.']);
    expect(words({ site: 'a', method: 'PATCH' })).toEqual(["method: \"PATCH\" is not allowed here. Allowed here: GET, POST."]);
    expect(words({ site: 'a', gate: { http: 'x' } })).toEqual(['gate.http: "x" is not an absolute http or https URL. Write it with its scheme and host.']);
    expect(words({ site: '${group.primarySite' })).toEqual(["site: A '${' has no '}'. Write ${inputs.name}, ${group.primarySite} or another path."]);
    expect(words({ site: '${a + b}' })[0]).toContain('is not a reference');
    expect(words({ site: 'a', values: [1, 'x'] })).toEqual(['values[1]: "x" is not a whole number. Write a number of 0 or more.']);
  });

  it('proposes the nearest word', () => {
    expect(suggestion('tittle', ['title', 'text'])).toBe("Did you mean 'title'?");
    expect(suggestion('zzz', ['b', 'a'])).toBe('Allowed here: a, b.');
  });
});
