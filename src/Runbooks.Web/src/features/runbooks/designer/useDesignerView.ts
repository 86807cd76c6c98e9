import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import type { DrawerTab } from './DesignerDrawer';
import type { Dialog } from './DesignerHead';

export type View = 'graph' | 'outline';

/** What of the designer is open stands in its address: a link shows another person the same. */
export function useDesignerView() {
  const [search, setSearch] = useSearchParams();
  // A dialog is left by going back, too; what is chosen beneath is no place of its own.
  const put = useCallback((key: string, value: string | null, isPlace = false) => {
    setSearch((before) => {
      const next = new URLSearchParams(before);
      if (value === null) next.delete(key);
      else next.set(key, value);
      return next;
    }, { replace: !isPlace });
  }, [setSearch]);
  const setStep = useCallback((key: string | null) => put('step', key), [put]);
  const setView = useCallback((next: View) => put('view', next === 'graph' ? null : next), [put]);
  const setTab = useCallback((next: DrawerTab) => put('pane', next === 'problems' ? null : next), [put]);
  const setDialog = useCallback((next: Dialog) => put('open', next, next !== null), [put]);
  const pane = search.get('pane');
  const open = search.get('open');
  const view: View = search.get('view') === 'outline' ? 'outline' : 'graph';
  const tab: DrawerTab = pane === 'yaml' || pane === 'keys' ? pane : 'problems';
  const dialog: Dialog = open === 'explain' || open === 'publish' ? open : null;
  return { view, tab, dialog, step: search.get('step'), setStep, setView, setTab, setDialog };
}
