import { useEffect } from 'react';

/** Where the keyboard goes when nobody else has it: the page itself, below the header and the rail. */
export const mainId = 'main';

export function focusMain(): void {
  document.getElementById(mainId)?.focus();
}

/**
 * Gives the keyboard back to what a dialog was opened from, or to the page when that is gone. The library does so for
 * dialogs that stay and are hidden; here a dialog is there only while it is open.
 */
export function useFocusBack(): void {
  useEffect(() => {
    const openers = new Map<Element, Element | null>();
    let last: Element | null = null;
    const entered = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return;
      const dialog = target.closest('[role=dialog]');
      if (dialog && !openers.has(dialog)) openers.set(dialog, last);
      last = target;
    };
    const gone = () => {
      for (const [dialog, opener] of openers) {
        if (dialog.isConnected) continue;
        openers.delete(dialog);
        if (document.activeElement !== document.body && document.activeElement !== null) continue;
        if (opener instanceof HTMLElement && opener.isConnected) opener.focus({ preventScroll: true });
        else focusMain();
      }
    };
    // Only while a dialog is known is there anything to look for.
    const watch = new MutationObserver(() => openers.size > 0 && gone());
    document.addEventListener('focusin', entered);
    watch.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener('focusin', entered);
      watch.disconnect();
    };
  }, []);
}
