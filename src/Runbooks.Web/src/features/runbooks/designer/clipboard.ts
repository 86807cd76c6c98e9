/** Copied steps: in the system's clipboard where the browser lets us, and in this browser for the paste button. */
const key = 'runbooks.clipboard';

export function keep(text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // Without storage the system's clipboard alone serves.
  }
}

export function kept(): string {
  return localStorage.getItem(key) ?? '';
}
