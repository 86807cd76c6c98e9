import type { GraphNode } from '@/graph/model';
import { renameStep } from '../document/commands';
import type { EditorState } from '../document/editor';
import type { Act } from './actions';
import type { DesignerKeys } from './keys';
import { Outline } from './Outline';

interface OutlineViewProps {
  readonly nodes: readonly GraphNode[];
  readonly state: EditorState;
  readonly connecting: string | null;
  readonly keyed: DesignerKeys;
  readonly select: (keys: ReadonlySet<string>) => void;
  readonly openForm: (key: string) => void;
  readonly act: Act;
  readonly renaming: string | null;
  readonly setRenaming: (key: string | null) => void;
}

/** The outline wired to the draft. */
export function OutlineView({ nodes, state, connecting, keyed, select, openForm, act, renaming, setRenaming }: OutlineViewProps) {
  return (
    <Outline
      nodes={nodes} reading={state.reading} selection={state.selection} connectingFrom={connecting} onSelect={select} onOpen={openForm}
      onRename={(key, id) => { act('rename', renameStep(key, id)); }} onKey={keyed.onKey} renaming={renaming} onRenaming={setRenaming}
    />
  );
}
