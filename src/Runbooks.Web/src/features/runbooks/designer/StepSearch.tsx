import { Text, TextInput } from '@mantine/core';
import { useState, type KeyboardEvent, type Ref } from 'react';
import type { GraphNode } from '@/graph/model';

interface StepSearchProps {
  readonly nodes: readonly GraphNode[];
  readonly selection: ReadonlySet<string>;
  readonly onFound: (key: string) => void;
  /** Escape leads back to where the steps are. */
  readonly onLeave: () => void;
  readonly fieldRef: Ref<HTMLInputElement>;
}

/** Finds a step by id, title or kind; Enter goes to the next one and chooses it, Shift and Enter to the one before. */
export function StepSearch({ nodes, selection, onFound, onLeave, fieldRef }: StepSearchProps) {
  const [wanted, setWanted] = useState('');
  const words = wanted.trim().toLowerCase();
  const found = words === '' ? [] : nodes.filter((node) => `${node.id} ${node.title} ${node.kind ?? ''}`.toLowerCase().includes(words));
  const at = found.findIndex((node) => selection.has(node.id));
  const walk = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      setWanted('');
      onLeave();
    } else if (event.key === 'Enter' && found.length > 0) {
      const next = found[(event.shiftKey ? (at <= 0 ? found.length : at) - 1 : at + 1) % found.length];
      if (next) onFound(next.id);
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
}
