/*
 * The one graph of the console: the designer, the run page and the replay draw the same nodes with it.
 *
 * A node is a step or a block (a step that holds steps). Its id is the path of ids from the root, joined by dots:
 * `databases.start`. Steps of a run carry the item of a for-each in brackets (`databases[db-1].start`); `nodeIdOf`
 * takes the brackets away, so that a run's steps find their node.
 *
 * Edges join siblings only, as `needs` does; a block is laid out on its own and grows around its children.
 */
import type { ReactNode } from 'react';

/** How the children of a block follow each other. */
export type BlockShape = 'sequence' | 'parallel' | 'for-each';

/** What the newer of two documents did to a step. */
export type NodeChange = 'added' | 'removed' | 'changed' | 'moved';

export interface NodeState {
  /** A state word of `ui/states.ts`; its tone tints the whole node. */
  readonly state: string;
  /** Time taken so far or in all, in words: `1 m 50 s`. */
  readonly elapsed?: string | null;
  /** Replaces the state's word: `2 of 5 done`. */
  readonly word?: string | null;
}

export interface GraphNode {
  readonly id: string;
  /** Id of the block around it; null at the top. */
  readonly parent: string | null;
  readonly title: string;
  /** Kind from the step library; null for a block. */
  readonly kind: string | null;
  /** Only for a block. */
  readonly block?: BlockShape;
  /** One line about the block or the step beneath its title: `for each db of group.workloads`. */
  readonly detail?: string | null;
  /** Where its work is done, or a reference to it. */
  readonly site?: string | null;
  readonly irreversible?: boolean;
  /** True when a condition may skip it. */
  readonly conditional?: boolean;
  /** How many problems it has; a badge when there are any. */
  readonly problems?: number;
  readonly state?: NodeState | null;
  readonly change?: NodeChange | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** True when the order comes from the list and no `needs` says so: drawn lighter. */
  readonly implied?: boolean;
  readonly change?: 'added' | 'removed' | null;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** What a person may do on the canvas; without it the graph is read-only. */
export interface GraphEditing {
  /** An edge was drawn: `to` shall wait for `from`. */
  readonly connect: (from: string, to: string) => void;
  readonly disconnect: (from: string, to: string) => void;
  /** Nodes were dragged; positions are relative to the block around them. */
  readonly place: (positions: ReadonlyMap<string, Point>) => void;
  /** Nodes were dragged into another block, or out of theirs (null). */
  readonly reparent: (ids: readonly string[], parent: string | null) => void;
  /** Something from the toolbox was dropped; `after` is the node above the pointer, if any. */
  readonly drop: (payload: string, parent: string | null, after: string | null) => void;
}

export interface GraphProps {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly label: string;
  readonly selection?: ReadonlySet<string>;
  readonly onSelect?: (ids: ReadonlySet<string>) => void;
  /** Enter or a double click on a node. */
  readonly onOpen?: (id: string) => void;
  /** Keys that the graph itself has no use for. */
  readonly onKey?: (event: React.KeyboardEvent, focused: string | null) => void;
  readonly editing?: GraphEditing;
  /** Places that people chose; the automatic layout fills in the rest. */
  readonly places?: ReadonlyMap<string, Point>;
  readonly direction?: 'down' | 'right';
  readonly minimap?: boolean;
  /** Old content: shown, but faded. */
  readonly dimmed?: boolean;
  readonly height?: number | string;
  /** Shown over the canvas's upper left corner. */
  readonly children?: ReactNode;
}

/** What a page can tell the graph to do. */
export interface GraphHandle {
  readonly fit: () => void;
  /** Brings a node into view and gives it the focus. */
  readonly focus: (id: string) => void;
  /** Brings a node into view, as soon as it has its place. */
  readonly reveal: (id: string) => void;
  /** Where nodes stand now, each relative to the block around it. */
  readonly boxes: () => ReadonlyMap<string, { readonly x: number; readonly y: number; readonly width: number; readonly height: number }>;
}

/** Type of the toolbox's drag data. */
export const dragType = 'application/x-runbooks-step';

/** The node of a run's step: `databases[db-1].start` belongs to `databases.start`. */
export function nodeIdOf(runPath: string): string {
  return runPath.replaceAll(/\[[^\]]*\]/g, '');
}
