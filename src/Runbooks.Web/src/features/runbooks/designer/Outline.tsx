import { TextInput } from '@mantine/core';
import { IconAlertTriangleFilled, IconLock } from '@tabler/icons-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import { KindIcon } from '@/graph/kindIcon';
import type { GraphNode } from '@/graph/model';
import { needsOf } from '../document/order';
import type { Reading } from '../document/reading';
import classes from './designer.module.css';

interface OutlineProps {
  readonly nodes: readonly GraphNode[];
  readonly reading: Reading;
  readonly selection: ReadonlySet<string>;
  readonly connectingFrom: string | null;
  readonly onSelect: (keys: ReadonlySet<string>) => void;
  readonly onOpen: (key: string) => void;
  readonly onRename: (key: string, id: string) => void;
  /** The designer's own keys: add, connect, move, delete, copy. */
  readonly onKey: (event: KeyboardEvent, focused: string | null) => void;
  readonly renaming: string | null;
  readonly onRenaming: (key: string | null) => void;
}

/** The runbook as a list: everything the canvas can do, without the canvas. */
export function Outline({ nodes, reading, selection, connectingFrom, onSelect, onOpen, onRename, onKey, renaming, onRenaming }: OutlineProps) {
  const [active, setActive] = useState<string | null>(null);
  const list = useRef<HTMLDivElement>(null);
  const current = nodes.some((node) => node.id === active) ? active : (nodes[0]?.id ?? null);
  const depthOf = (node: GraphNode): number => (node.parent === null ? 1 : 1 + depthOf(nodes.find((other) => other.id === node.parent) ?? { ...node, parent: null }));

  const focus = (id: string | undefined, extend: boolean): void => {
    if (id === undefined) return;
    setActive(id);
    list.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus();
    onSelect(extend ? new Set([...selection, ...(current === null ? [] : [current]), id]) : new Set([id]));
  };
  const keyed = (event: KeyboardEvent): void => {
    if (!(event.target instanceof HTMLElement) || event.target.dataset['node'] === undefined) return;
    const at = nodes.findIndex((node) => node.id === current);
    const bare = !event.altKey && !event.ctrlKey && !event.metaKey;
    const moves: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: nodes.length - 1 };
    const target = moves[event.key];
    if (bare && target !== undefined) {
      focus(nodes[Math.max(0, Math.min(nodes.length - 1, target))]?.id, event.shiftKey);
      event.preventDefault();
    } else if (bare && event.key === 'Enter' && current !== null && connectingFrom === null) {
      onOpen(current);
      event.preventDefault();
    } else if (bare && event.key === ' ' && current !== null) {
      const next = new Set(selection);
      if (!next.delete(current)) next.add(current);
      onSelect(next);
      event.preventDefault();
    } else {
      onKey(event, current);
    }
  };

  return (
    // Keys of the rows, which are the tree's items.
    // eslint-disable-next-line jsx-a11y/interactive-supports-focus
    <div ref={list} role="tree" aria-label="Outline of the runbook" aria-multiselectable onKeyDown={keyed}>
      {nodes.map((node) => {
        const step = reading.byKey.get(node.id);
        const needs = step ? needsOf(reading, step) : [];
        const own = step?.id ?? node.id;
        return (
          // The tree hears the keys of its items.
          // eslint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={node.id}
            role="treeitem"
            aria-level={depthOf(node)}
            aria-selected={selection.has(node.id)}
            data-node={node.id}
            data-selected={selection.has(node.id) || undefined}
            data-source={connectingFrom === node.id || undefined}
            tabIndex={node.id === current ? 0 : -1}
            className={classes['row']}
            style={{ paddingLeft: 12 + (depthOf(node) - 1) * 20 }}
            onFocus={() => setActive(node.id)}
            onClick={(event) => {
              setActive(node.id);
              onSelect(event.ctrlKey || event.metaKey || event.shiftKey ? new Set([...selection, node.id]) : new Set([node.id]));
            }}
            onDoubleClick={() => onOpen(node.id)}
          >
            <KindIcon kind={node.kind} shape={node.block} size={15} />
            {renaming === node.id ? (
              <TextInput
                size="xs" aria-label={`New id of ${own}`} defaultValue={own} ref={takeFocus}
                onFocus={(event) => event.currentTarget.select()}
                onBlur={(event) => { onRenaming(null); if (event.currentTarget.value !== own) onRename(node.id, event.currentTarget.value); }}
                onKeyDown={(event) => {
                  event.stopPropagation();
                  if (event.key === 'Escape') { event.currentTarget.value = own; event.currentTarget.blur(); }
                  if (event.key === 'Enter') event.currentTarget.blur();
                }}
              />
            ) : (
              <>
                <b>{own}</b>
                <span className={`${classes['grow'] ?? ''} ${classes['quiet'] ?? ''}`}>
                  {[node.title === own ? null : node.title, node.kind ?? node.detail].filter(Boolean).join(' · ')}
                </span>
              </>
            )}
            <span className={classes['quiet']}>{needs.length > 0 ? `after ${needs.join(', ')}` : 'starts at once'}</span>
            {node.irreversible ? <IconLock size={14} aria-label="cannot be undone" className={classes['wrong']} /> : null}
            {node.problems ? (
              <span className={classes['wrong']}><IconAlertTriangleFilled size={13} aria-hidden /> {node.problems} problem{node.problems === 1 ? '' : 's'}</span>
            ) : null}
          </div>
        );
      })}
    </div>
  );
}

// Renaming was asked for by a key or a click on this very row.
function takeFocus(field: HTMLInputElement | null): void {
  field?.focus();
}
