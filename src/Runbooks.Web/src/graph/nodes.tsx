import { Handle, Position, type Node, type NodeProps } from '@xyflow/react';
import { IconAlertTriangleFilled, IconCircleCheckFilled, IconCircleDashed, IconHelpCircleFilled, IconLoader2, IconAlertOctagonFilled, IconLock, IconArrowRampRight, IconPlus, IconMinus, IconPencil, IconArrowsUpDown } from '@tabler/icons-react';
import { memo } from 'react';
import { meaningOf, toneColour, type Tone } from '@/ui/states';
import classes from './graph.module.css';
import { useHasFocus } from './focus';
import { KindIcon } from './kindIcon';
import type { GraphNode, NodeChange } from './model';

export interface NodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly editable: boolean;
  readonly down: boolean;
}

export type FlowNode = Node<NodeData, 'step' | 'block'>;

const icons: Readonly<Record<Tone, typeof IconLock>> = {
  ok: IconCircleCheckFilled,
  working: IconLoader2,
  attention: IconAlertTriangleFilled,
  danger: IconAlertOctagonFilled,
  idle: IconCircleDashed,
  asking: IconHelpCircleFilled,
};

const changeIcons: Readonly<Record<NodeChange, typeof IconLock>> = { added: IconPlus, removed: IconMinus, changed: IconPencil, moved: IconArrowsUpDown };

/** A step: icon, title, then its state or its kind and site; marks at the right. */
export const StepNode = memo(function StepNode({ id, data, selected }: NodeProps<FlowNode>) {
  const { node, editable, down } = data;
  const focused = useHasFocus(id);
  return (
    <div
      className={classes['step']}
      data-node={id}
      data-selected={selected || undefined}
      data-change={node.change ?? undefined}
      style={tint(node)}
      role="button"
      aria-pressed={selected ?? false}
      tabIndex={focused ? 0 : -1}
      aria-label={describe(node)}
    >
      <Ends editable={editable} down={down} />
      <div className={classes['title']}>
        <KindIcon kind={node.kind} shape={node.block} />
        <span className={classes['text']} title={node.title}>{node.title}</span>
        <Marks node={node} />
      </div>
      <div className={classes['detail']}>
        <StateWord node={node} />
        {node.state ? null : <span className={classes['text']}>{[node.kind, node.site].filter(Boolean).join(' · ')}</span>}
        <ChangeWord node={node} />
      </div>
    </div>
  );
});

/** A block: its header, and room for its children, which the graph draws over it. */
export const BlockNode = memo(function BlockNode({ id, data, selected }: NodeProps<FlowNode>) {
  const { node, editable, down } = data;
  const focused = useHasFocus(id);
  return (
    <div
      className={classes['block']}
      data-node={id}
      data-shape={node.block}
      data-selected={selected || undefined}
      data-change={node.change ?? undefined}
      style={tint(node)}
      role="button"
      aria-pressed={selected ?? false}
      tabIndex={focused ? 0 : -1}
      aria-label={describe(node)}
    >
      <Ends editable={editable} down={down} />
      <div className={classes['blockHeader']}>
        <KindIcon kind={null} shape={node.block} />
        <span className={classes['text']} title={node.title}><b>{node.title}</b></span>
        {node.detail ? <span className={`${classes['text'] ?? ''} ${classes['quiet'] ?? ''}`} title={node.detail}>{node.detail}</span> : null}
        <StateWord node={node} />
        <ChangeWord node={node} />
        <Marks node={node} />
      </div>
    </div>
  );
});

function Ends({ editable, down }: { readonly editable: boolean; readonly down: boolean }) {
  const shape = editable ? classes['end'] : classes['endHidden'];
  return (
    <>
      <Handle type="target" position={down ? Position.Top : Position.Left} isConnectable={editable} className={shape ?? ''} />
      <Handle type="source" position={down ? Position.Bottom : Position.Right} isConnectable={editable} className={shape ?? ''} />
    </>
  );
}

function Marks({ node }: { readonly node: GraphNode }) {
  return (
    <span className={classes['marks']}>
      {node.conditional ? <span title="Has a condition: may be skipped"><IconArrowRampRight size={14} aria-hidden /></span> : null}
      {node.irreversible ? <span className={classes['irreversible']} title="Cannot be undone"><IconLock size={14} aria-hidden /></span> : null}
      {node.problems ? <span className={classes['problems']} title={`${node.problems} problem${node.problems === 1 ? '' : 's'}`}>{node.problems}</span> : null}
    </span>
  );
}

function StateWord({ node }: { readonly node: GraphNode }) {
  if (!node.state) return null;
  const { tone, word } = meaningOf(node.state.state);
  const Icon = icons[tone];
  return (
    <span className={classes['state']} style={{ color: ink(tone) }}>
      <Icon size={14} aria-hidden className={tone === 'working' ? classes['turning'] : undefined} />
      {node.state.word ?? word}
      {node.state.elapsed ? <span className={classes['elapsed']}>{node.state.elapsed}</span> : null}
    </span>
  );
}

function ChangeWord({ node }: { readonly node: GraphNode }) {
  if (!node.change) return null;
  const Icon = changeIcons[node.change];
  return <span className={classes['change']}><Icon size={13} aria-hidden />{node.change}</span>;
}

function describe(node: GraphNode): string {
  const state = node.state ? `${node.state.word ?? meaningOf(node.state.state).word}${node.state.elapsed ? `, ${node.state.elapsed}` : ''}` : null;
  return [
    node.title,
    node.kind ?? (node.block === 'for-each' ? 'for-each block' : node.block === 'parallel' ? 'parallel block' : 'block'),
    node.detail,
    node.site ? `at ${node.site}` : null,
    state,
    node.irreversible ? 'cannot be undone' : null,
    node.conditional ? 'has a condition' : null,
    node.problems ? `${node.problems} problem${node.problems === 1 ? '' : 's'}` : null,
    node.change,
  ].filter(Boolean).join(', ');
}

// On its own tint teal is read only when it is darker than its darkest shade.
const ink = (tone: Tone): string => (tone === 'ok'
  ? 'light-dark(color-mix(in srgb, var(--mantine-color-teal-9) 82%, black), var(--mantine-color-teal-3))'
  : `light-dark(var(--mantine-color-${toneColour[tone]}-${tone === 'danger' || tone === 'working' ? 9 : 8}), var(--mantine-color-${toneColour[tone]}-3))`);

function tint(node: GraphNode): React.CSSProperties {
  if (!node.state) return {};
  const colour = toneColour[meaningOf(node.state.state).tone];
  return {
    backgroundColor: `color-mix(in srgb, var(--mantine-color-${colour}-6) ${node.kind === null ? 7 : 14}%, var(--mantine-color-body))`,
    borderColor: `light-dark(var(--mantine-color-${colour}-7), var(--mantine-color-${colour}-5))`,
  };
}
