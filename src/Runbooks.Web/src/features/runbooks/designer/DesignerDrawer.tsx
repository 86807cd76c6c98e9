import { ActionIcon, Badge, Group, Tabs, Text } from '@mantine/core';
import { IconArrowsDiagonal, IconArrowsDiagonalMinimize2 } from '@tabler/icons-react';
import { lazy, memo, Suspense, useState } from 'react';
import { Waiting } from '@/ui/Waiting';
import type { DraftEditor } from '../document/editor';
import type { StepKind } from '../queries';
import classes from './designer.module.css';
import { designerKeys } from './keys';
import { ProblemsList } from './ProblemsList';
import type { PlacedProblem } from './problems';

// The text editor is loaded when its pane is first opened.
const YamlPane = lazy(() => import('./YamlPane').then((module) => ({ default: module.YamlPane })));

export type DrawerTab = 'problems' | 'yaml' | 'keys';

interface DrawerProps {
  readonly tab: DrawerTab;
  readonly onTab: (tab: DrawerTab) => void;
  readonly problems: readonly PlacedProblem[];
  readonly checking: boolean;
  readonly editor: DraftEditor;
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly readOnly: boolean;
  readonly goTo: { readonly line: number } | null;
  readonly onGo: (problem: PlacedProblem) => void;
}

export const drawerHeight = (tab: DrawerTab): number => (tab === 'yaml' ? 280 : 170);

/** Beneath the canvas: what is wrong, the text, and the keys. */
export const Drawer = memo(function Drawer({ tab, onTab, problems, checking, editor, kinds, readOnly, goTo, onGo }: DrawerProps) {
  const [large, setLarge] = useState(false);
  return (
    <div className={classes['drawer']} style={{ height: large ? '60%' : drawerHeight(tab) }}>
      <Group gap={0} wrap="nowrap" align="center">
        <Tabs value={tab} onChange={(next) => onTab((next ?? 'problems') as DrawerTab)} variant="default" style={{ flex: 1 }}>
          <Tabs.List>
            <Tabs.Tab value="problems" py={6} rightSection={problems.length > 0 ? <Badge size="xs" color="red.8" circle>{problems.length}</Badge> : null}>Problems</Tabs.Tab>
            <Tabs.Tab value="yaml" py={6}>YAML</Tabs.Tab>
            <Tabs.Tab value="keys" py={6}>Keys</Tabs.Tab>
          </Tabs.List>
        </Tabs>
        <ActionIcon variant="subtle" color="gray" mx={4} aria-label={large ? 'Make the drawer smaller' : 'Make the drawer larger'} title={large ? 'Smaller' : 'Larger'} onClick={() => setLarge(!large)}>
          {large ? <IconArrowsDiagonalMinimize2 size={15} aria-hidden /> : <IconArrowsDiagonal size={15} aria-hidden />}
        </ActionIcon>
      </Group>
      <div className={classes['drawerBody']} role="tabpanel" aria-label={tab}>
        {tab === 'problems' ? <ProblemsList problems={problems} checking={checking} onGo={onGo} /> : null}
        {tab === 'yaml' ? (
          <Suspense fallback={<Waiting what="Loading the text editor…" />}>
            <YamlPane editor={editor} kinds={kinds} problems={problems} readOnly={readOnly} goTo={goTo} />
          </Suspense>
        ) : null}
        {tab === 'keys' ? (
          <Group gap="md" p="sm" align="flex-start">
            {designerKeys.map(([keys, what]) => <Text key={keys} size="sm"><kbd>{keys}</kbd> {what}</Text>)}
          </Group>
        ) : null}
      </div>
    </div>
  );
});
