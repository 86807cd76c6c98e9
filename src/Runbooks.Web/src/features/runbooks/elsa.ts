import { api, body } from '@/api/client';

/** Reads an Elsa 3 workflow as a runbook; what it holds that a runbook cannot is refused with its place. */
export const importElsa = (elsa: string) => body(api.POST('/api/v1/runbooks/elsa/import', { body: { elsa } }));

/** Whether a file is an Elsa definition (an object with a root activity) and not a runbook written as JSON. */
export function isElsa(text: string): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    const read: unknown = JSON.parse(text);
    return typeof read === 'object' && read !== null && 'root' in read && !('apiVersion' in read);
  } catch {
    return false;
  }
}

/** Where the draft as it is saved is had as an Elsa 3 workflow. */
export const elsaAddress = (name: string): string => `/api/v1/runbooks/${encodeURIComponent(name)}/elsa`;
