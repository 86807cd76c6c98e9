import type { DraftEditor, EditorState } from '../document/editor';

/** How many steps a draft has at most whose page follows every key. */
export const atOnceMax = 60;

// Longer than the time between two keys of somebody who types well.
const restMs = 150;
const latestMs = 1000;

/**
 * What the page shows of a draft: every change at once, except text that is typed into a long one. That is shown when the
 * keys rest, and once a second while they do not: drawing two hundred steps for each letter would hold up the next.
 */
export class ShownDraft {
  private state: EditorState;
  private pending: ReturnType<typeof setTimeout> | null = null;
  private since = 0;

  constructor(private readonly editor: DraftEditor, private readonly clock: () => number = () => performance.now()) {
    this.state = editor.current();
  }

  current = (): EditorState => {
    // While nothing is awaited the draft itself is what is shown, whoever asks first.
    if (this.pending === null) this.state = this.editor.current();
    return this.state;
  };

  subscribe = (watch: () => void): (() => void) => {
    const show = (): void => {
      if (this.pending !== null) clearTimeout(this.pending);
      this.pending = null;
      this.state = this.editor.current();
      watch();
    };
    const stop = this.editor.subscribe((origin) => {
      const waits = origin === 'typing' && this.editor.current().reading.byKey.size > atOnceMax;
      if (!waits) { show(); return; }
      if (this.pending === null) this.since = this.clock();
      else clearTimeout(this.pending);
      this.pending = setTimeout(show, Math.max(0, Math.min(restMs, this.since + latestMs - this.clock())));
    });
    return () => {
      stop();
      if (this.pending !== null) clearTimeout(this.pending);
      this.pending = null;
    };
  };
}
