import { expect, it } from 'vitest';
import { Addresses } from './address';

type Answers = Readonly<Record<string, 'good' | 'asks' | 'silent'>>;

function knowing(answers: Answers) {
  const known = { ...answers };
  const addresses = new Addresses((address) => Promise.resolve(known[address] ?? 'silent'));
  addresses.learn(['https://b.example:7780/']);
  return { addresses, known };
}

it('goes on at the other control plane, where the session is good', async () => {
  const { addresses } = knowing({ '': 'silent', 'https://b.example:7780': 'good' });
  expect(await addresses.seek()).toBe(true);
  expect(addresses.of('/api/v1/runs')).toBe('https://b.example:7780/api/v1/runs');
});

it('stays while its own answers, even when the session there has ended', async () => {
  const { addresses } = knowing({ '': 'asks', 'https://b.example:7780': 'good' });
  expect(await addresses.seek()).toBe(false);
  expect(addresses.current()).toEqual({ here: '', asksSignIn: null });
});

it('offers the sign-in of one that does not know the session', async () => {
  const { addresses } = knowing({ '': 'silent', 'https://b.example:7780': 'asks' });
  expect(await addresses.seek()).toBe(false);
  expect(addresses.current()).toEqual({ here: '', asksSignIn: 'https://b.example:7780' });
});

it('goes back to the first when the second is gone too, and says nothing of a sign-in then', async () => {
  const { addresses, known } = knowing({ '': 'silent', 'https://b.example:7780': 'good' });
  await addresses.seek();
  Object.assign(known, { '': 'good', 'https://b.example:7780': 'silent' });
  expect(await addresses.seek()).toBe(true);
  expect(addresses.current()).toEqual({ here: '', asksSignIn: null });
});
