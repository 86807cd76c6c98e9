import { expect, it } from 'vitest';
import { secondFactor } from './signIn';

it.each(['123456', '123 456'])('takes %s for the app’s code', (typed) => {
  expect(secondFactor(typed)).toEqual({ totp: '123456', recoveryCode: null });
});

it('takes anything else for a recovery code', () => {
  expect(secondFactor('ABCD-EFGH-2345')).toEqual({ totp: null, recoveryCode: 'ABCD-EFGH-2345' });
});
