import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useState, type RefObject } from 'react';
import { rowHeight, type Shown } from './rows';

interface RowWindowProps {
  readonly count: number;
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly onShown: (shown: Shown) => void;
}

/** Follows the window's scroll and tells which rows of a long table it shows; draws nothing itself. */
export default function RowWindow({ count, body, onShown }: RowWindowProps) {
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    // What stands above the table moves it: measured once that is laid out.
    const frame = requestAnimationFrame(() => setMargin((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY));
    return () => cancelAnimationFrame(frame);
  }, [body]);
  const rows = useWindowVirtualizer({ count, estimateSize: () => rowHeight, overscan: 20, scrollMargin: margin });
  const drawn = rows.getVirtualItems();
  const first = drawn[0];
  const last = drawn.at(-1);
  const total = rows.getTotalSize();
  const from = first?.index ?? -1;
  const to = last?.index ?? -1;
  const above = (first?.start ?? 0) - margin;
  const below = total - ((last?.end ?? 0) - margin);
  useEffect(() => {
    if (from >= 0) onShown({ first: from, last: to, above, below, scrollTo: (index) => rows.scrollToIndex(index) });
  }, [from, to, above, below, rows, onShown]);
  return null;
}
