import { api, body, provesItselfBy } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import type { components } from '@/api/schema';
import type { Me } from '@/shell/session';

export type SignInBody = components['schemas']['SessionBody'];

const nothing: SignInBody = { token: null, user: null, password: null, totp: null, recoveryCode: null, code: null };

/** Begins a session in this browser; the answer is who signed in. */
export async function signIn(given: Partial<SignInBody>): Promise<Me> {
  const me = await body(api.POST('/api/v1/session', { body: { ...nothing, ...given } }));
  provesItselfBy(me.antiforgery);
  return me;
}

/** The password was right and the account wants a second factor with it. */
export const wantsSecondFactor = (error: unknown): boolean => error instanceof ApiProblem && error.code === 'RB-SIGNIN-002';

/** Authenticator apps show six digits; what is longer is one of the codes that were kept. */
export function secondFactor(typed: string): Pick<SignInBody, 'totp' | 'recoveryCode'> {
  const code = typed.replaceAll(/\s/g, '');
  return /^\d{6}$/.test(code) ? { totp: code, recoveryCode: null } : { totp: null, recoveryCode: code };
}
