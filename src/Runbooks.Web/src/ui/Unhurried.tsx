import { useDeferredValue, type ReactNode } from 'react';

interface UnhurriedProps {
  /** What the content is about. While that of another subject is still shown, `meanwhile` stands in for it. */
  readonly subject: string;
  readonly meanwhile?: ReactNode;
  /** Draws at once, as if it were not here: what is small needs no pieces. */
  readonly atOnce?: boolean;
  readonly children: ReactNode;
}

/**
 * Draws its content behind whatever is more urgent, in pieces between frames, so that large content never holds up a key
 * or the pointer. Content about another subject is never left standing: nobody can act on what is no longer chosen.
 */
export function Unhurried({ subject, meanwhile = null, atOnce = false, children }: UnhurriedProps) {
  // The content as it is now is kept whole: its elements are the same ones, and React passes over them.
  const later = useDeferredValue(children);
  const about = useDeferredValue(subject);
  if (atOnce) return children;
  return about === subject ? later : <div data-waiting>{meanwhile}</div>;
}
