import type { components } from '@/api/schema';
import type { Role } from '@/shell/session';

export type Binding = components['schemas']['RoleBindingView'];

/** What each role is for, in the order of what it may touch. */
export const roles: readonly { readonly role: Role; readonly may: string }[] = [
  { role: 'viewer', may: 'sees everything' },
  { role: 'auditor', may: 'reads and exports the audit' },
  { role: 'author', may: 'writes and publishes runbooks' },
  { role: 'operator', may: 'protects, starts, pauses and aborts' },
  { role: 'approver', may: 'approves what others ask for' },
  { role: 'admin', may: 'everything, and who else may' },
];

/** "operator of orders", "viewer at site-a", "admin": a role and how far it reaches. */
export const bindingWords = ({ role, group, site }: Binding): string =>
  `${role}${group ? ` of ${group}` : ''}${site ? ` at ${site}` : ''}`;

/** The same as the command line writes it. */
export const bindingOption = ({ role, group, site }: Binding): string =>
  `--role ${role}${group ? `@group:${group}` : site ? `@site:${site}` : ''}`;

/** Everywhere, one group or one site, as one value of a list. */
export const reachOf = ({ group, site }: Binding): string => (group ? `group:${group}` : site ? `site:${site}` : '');

export function withReach(binding: Binding, reach: string): Binding {
  const at = reach.indexOf(':');
  const name = reach.slice(at + 1);
  return { role: binding.role, group: reach.startsWith('group:') ? name : null, site: reach.startsWith('site:') ? name : null };
}
