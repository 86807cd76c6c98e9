import { lazy, Suspense, useEffect, useMemo, useState } from 'react';
import { useNavigate } from 'react-router';
import { pages } from './pages';
import { useKeyboard, useShortcuts, type Shortcut } from './shortcuts';

const Palette = lazy(() => import('./Palette'));
const ShortcutSheet = lazy(() => import('./ShortcutSheet'));

const askedFor = new EventTarget();

/** Opens the palette from anywhere; the header's search field is such a place. */
export function openPalette(): void {
  askedFor.dispatchEvent(new Event('palette'));
}

/** The keyboard of the console: pages by `g`, the palette, the sheet. Palette and sheet are loaded when first asked for. */
export function Commands() {
  const [open, setOpen] = useState<'palette' | 'sheet' | null>(null);
  const navigate = useNavigate();
  useKeyboard();
  useShortcuts(useMemo<readonly Shortcut[]>(() => [
    ...pages.map((page) => ({ keys: `g ${page.key}`, title: page.title, act: () => void navigate(page.path) })),
    { keys: '/', title: 'Search', act: () => setOpen('palette') },
    { keys: '?', title: 'This sheet', act: () => setOpen('sheet') },
  ], [navigate]));
  useEffect(() => {
    const show = () => setOpen('palette');
    const heard = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      show();
    };
    askedFor.addEventListener('palette', show);
    document.addEventListener('keydown', heard);
    return () => {
      askedFor.removeEventListener('palette', show);
      document.removeEventListener('keydown', heard);
    };
  }, []);

  return (
    <Suspense fallback={null}>
      {open === 'palette' ? <Palette onClose={() => setOpen(null)} onSheet={() => setOpen('sheet')} /> : null}
      {open === 'sheet' ? <ShortcutSheet onClose={() => setOpen(null)} /> : null}
    </Suspense>
  );
}
