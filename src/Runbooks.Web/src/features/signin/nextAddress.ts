/** Where to go after signing in: an address of this console or the overview, never another host's. */
export function nextAddress(asked: string | null): string {
  return asked !== null && /^\/(?![/\\])/.test(asked) && !asked.startsWith('/signin') ? asked : '/';
}
