import { ScrollArea, Stack, Text, TextInput, Tooltip, UnstyledButton } from '@mantine/core';
import { memo, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { KindIcon } from '@/graph/kindIcon';
import { dragType, type BlockShape } from '@/graph/model';
import type { StepKind } from '../queries';
import classes from './designer.module.css';

/** What the toolbox offers: a kind of the step library, or a block. */
export interface ToolboxItem {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly category: string;
  readonly kind: string | null;
  readonly shape?: BlockShape;
}

const blocks: readonly ToolboxItem[] = [
  { id: 'block:sequence', title: 'Block', description: 'Steps that follow each other, as one.', category: 'Blocks', kind: null, shape: 'sequence' },
  { id: 'block:parallel', title: 'In parallel', description: 'Starts all its steps at once.', category: 'Blocks', kind: null, shape: 'parallel' },
  { id: 'block:for-each', title: 'For each', description: 'Runs once for every workload or site of the group.', category: 'Blocks', kind: null, shape: 'for-each' },
];

export function toolboxItems(kinds: ReadonlyMap<string, StepKind>): readonly ToolboxItem[] {
  return [
    ...[...kinds.values()].map((kind) => ({ id: kind.name, title: kind.title, description: kind.description, category: kind.category, kind: kind.name }))
      .sort((a, b) => a.category.localeCompare(b.category) || a.title.localeCompare(b.title)),
    ...blocks,
  ];
}

/** What a new step of this kind is written as; its required settings are there to be filled in. */
export function dataOf(item: ToolboxItem, kind: StepKind | undefined): Record<string, unknown> {
  if (item.kind === null) {
    const id = item.shape === 'for-each' ? 'each' : item.shape === 'parallel' ? 'together' : 'block';
    return {
      id,
      ...(item.shape === 'for-each' ? { forEach: '${group.workloads}', as: 'item' } : {}),
      ...(item.shape === 'parallel' ? { parallel: true } : {}),
      steps: [],
    };
  }
  const words = item.kind.split('.');
  const required = (kind?.with['required'] ?? []) as readonly string[];
  const usual: Readonly<Record<string, string>> = { to: '${inputs.to}', site: '${group.standbySite}', workload: '${item.id}' };
  const settings = Object.fromEntries(required.map((name) => [name, usual[name] ?? '']));
  return { id: words[words.length - 1] ?? item.kind, uses: item.kind, ...(required.length > 0 ? { with: settings } : {}) };
}

interface ToolboxProps {
  readonly items: readonly ToolboxItem[];
  readonly onAdd: (item: ToolboxItem) => void;
  readonly disabled: boolean;
  /** Takes the focus when the toolbox is called by a key. */
  readonly searchRef?: React.Ref<HTMLInputElement>;
}

/** The step library: dragged to the canvas, or added behind the chosen step by click or Enter. */
export const Toolbox = memo(function Toolbox({ items, onAdd, disabled, searchRef }: ToolboxProps) {
  const [wanted, setWanted] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    return items.filter((item) => words.every((word) => `${item.title} ${item.id} ${item.category} ${item.description}`.toLowerCase().includes(word)));
  }, [items, wanted]);
  const categories = [...new Set(found.map((item) => item.category))];

  const walk = (event: KeyboardEvent): void => {
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (event.key === 'ArrowDown') buttons[at + 1]?.focus();
    else if (event.key === 'ArrowUp' && at > 0) buttons[at - 1]?.focus();
    else if (event.key === 'Enter' && at < 0 && found[0] && !disabled) {
      onAdd(found[0]);
      setWanted('');
    }
    else return;
    event.preventDefault();
  };

  return (
    // Arrows lead from the search to the entries and along them.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div className={classes['toolbox']} onKeyDown={walk}>
      <TextInput ref={searchRef ?? null} size="xs" label="Add a step" placeholder="Search kinds…" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} disabled={disabled} />
      <ScrollArea style={{ flex: 1 }} type="auto" offsetScrollbars="y">
        <Stack gap={2} ref={list} mt={6}>
          {categories.map((category) => (
            <div key={category}>
              <Text size="xs" c="dimmed" fw={600} mt={6} mb={2}>{category}</Text>
              {found.filter((item) => item.category === category).map((item) => (
                <Tooltip key={item.id} label={`${item.description}${item.kind ? ` (${item.kind})` : ''}`} position="right" multiline w={260}>
                  <UnstyledButton
                    className={classes['tool']}
                    disabled={disabled}
                    draggable={!disabled}
                    onDragStart={(event) => {
                      event.dataTransfer.setData(dragType, item.id);
                      event.dataTransfer.effectAllowed = 'copy';
                    }}
                    onClick={() => onAdd(item)}
                  >
                    <KindIcon kind={item.kind} shape={item.shape} size={15} />
                    <span>{item.title}</span>
                  </UnstyledButton>
                </Tooltip>
              ))}
            </div>
          ))}
          {found.length === 0 ? <Text size="xs" c="dimmed">No kind matches “{wanted}”.</Text> : null}
        </Stack>
      </ScrollArea>
    </div>
  );
});
