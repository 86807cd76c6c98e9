/*
 * What of a draft outlives the page: its text, its history, and what the server was known to have. Two places keep it,
 * each for another accident:
 *
 *   the tab's own storage       a reload; two tabs of one runbook never see each other's
 *   the browser's, by person    a tab that crashed or was closed with text that no server has acknowledged
 *
 * The browser's copy goes when the page ends in peace, everything acknowledged; a crash leaves it.
 */
export interface KeptDraft {
  /** The editor as it stores itself. */
  readonly editor: string;
  /** What the server was known to have, and under which tag. */
  readonly saved: string;
  readonly etag: string;
  /** When it was kept. */
  readonly at: string;
}

const begin = 'runbooks.draft.';
const draftsMax = 8;

export class DraftStore {
  private readonly key: string;

  constructor(person: string, runbook: string, private readonly tab: Storage = sessionStorage, private readonly browser: Storage = localStorage) {
    this.key = `${begin}${person}.${runbook}`;
  }

  read(): KeptDraft | null {
    return parse(this.tab.getItem(this.key)) ?? parse(this.browser.getItem(this.key));
  }

  keep(draft: KeptDraft): void {
    const text = JSON.stringify(draft);
    put(this.tab, this.key, text);
    this.makeRoom();
    put(this.browser, this.key, text);
  }

  /** The page ends and the server has everything. */
  acknowledged(): void {
    this.browser.removeItem(this.key);
  }

  /** Somebody chose the server's text: nothing is to come back. */
  forget(): void {
    this.tab.removeItem(this.key);
    this.browser.removeItem(this.key);
  }

  // Drafts that nobody came back to give way, the oldest first.
  private makeRoom(): void {
    const others = Object.keys(this.browser).filter((key) => key.startsWith(begin) && key !== this.key);
    if (others.length < draftsMax) return;
    const byAge = others.map((key) => ({ key, at: parse(this.browser.getItem(key))?.at ?? '' })).sort((a, b) => a.at.localeCompare(b.at));
    for (const { key } of byAge.slice(0, others.length - draftsMax + 1)) this.browser.removeItem(key);
  }
}

// A full storage keeps the older state: undo after a reload is lost then, the draft on the server is not.
function put(storage: Storage, key: string, text: string): void {
  try {
    storage.setItem(key, text);
  } catch {
    storage.removeItem(key);
  }
}

function parse(text: string | null): KeptDraft | null {
  try {
    const kept = JSON.parse(text ?? 'null') as Partial<Record<keyof KeptDraft, unknown>> | null;
    return kept && [kept.editor, kept.saved, kept.etag, kept.at].every((part) => typeof part === 'string') ? (kept as KeptDraft) : null;
  } catch {
    return null;
  }
}
