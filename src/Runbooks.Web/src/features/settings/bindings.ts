import type { components } from '@/api/schema';
import type { Role } from '@/shell/session';

export type Binding = components['schemas']['RoleBindingView'];

export const roles: readonly Role[] = ['viewer', 'operator', 'approver', 'author', 'auditor', 'admin'];

/** "operator of orders", "viewer at site-a", "admin": a role and how far it reaches. */
export const bindingWords = ({ role, group, site }: Binding): string =>
  `${role}${group ? ` of ${group}` : ''}${site ? ` at ${site}` : ''}`;
