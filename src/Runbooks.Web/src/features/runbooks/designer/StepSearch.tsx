import { Text, TextInput } from '@mantine/core';
import { memo, useState, useSyncExternalStore, type KeyboardEvent, type Ref } from 'react';
import type { DraftEditor } from '../document/editor';
import type { ReadStep } from '../document/reading';

interface StepSearchProps {
  readonly editor: DraftEditor;
  readonly onFound: (key: string) => void;
  /** Escape leads back to where the steps are. */
  readonly onLeave: () => void;
  readonly fieldRef: Ref<HTMLInputElement>;
}

/** Finds a step by id, title or kind; Enter goes to the next one and chooses it, Shift and Enter to the one before. */
export const StepSearch = memo(function StepSearch({ editor, onFound, onLeave, fieldRef }: StepSearchProps) {
  const [wanted, setWanted] = useState('');
  const words = wanted.trim().toLowerCase();
  // The draft is of interest only to somebody who searches.
  const draft = useSyncExternalStore(editor.subscribe, () => (words === '' ? null : editor.current()));
  const found = draft ? [...draft.reading.byKey.values()].filter((step) => textOf(step).toLowerCase().includes(words)) : [];
  const at = found.findIndex((step) => draft?.selection.has(step.key));
  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      setWanted('');
      onLeave();
    } else if (event.key === 'Enter' && found.length > 0) {
      const next = found[(event.shiftKey ? (at <= 0 ? found.length : at) - 1 : at + 1) % found.length];
      if (next) onFound(next.key);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <TextInput
      ref={fieldRef} size="xs" aria-label="Find a step" placeholder="Find a step…" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} onKeyDown={walk}
      rightSectionWidth={72} rightSection={words === '' ? null : <Text size="xs" c="dimmed" role="status">{found.length === 0 ? 'none' : at < 0 ? `${found.length} found` : `${at + 1} of ${found.length}`}</Text>}
    />
  );
});

const textOf = ({ key, data }: ReadStep): string => [key, data['title'], data['uses']].filter((part) => typeof part === 'string').join(' ');
