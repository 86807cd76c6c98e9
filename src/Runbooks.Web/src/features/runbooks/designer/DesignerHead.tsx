import { ActionIcon, Button, Group, Menu, Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconDots } from '@tabler/icons-react';
import { memo } from 'react';
import { Link } from 'react-router';
import { CommandLine } from '@/ui/CommandLine';
import { elsaAddress } from '../elsa';
import type { Runbook } from '../queries';
import type { SaveState } from '../saving/saver';
import classes from './designer.module.css';
import { SaveMark } from './SaveMark';

export type Dialog = 'explain' | 'publish' | null;

interface DesignerHeadProps {
  readonly name: string;
  readonly title: string;
  readonly runbook: Runbook;
  /** What could be undone and done again; null when nothing can. */
  readonly undo: string | null;
  readonly redo: string | null;
  readonly save: SaveState;
  readonly locked: boolean;
  readonly problems: number;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  readonly onRetry: () => void;
  readonly onDialog: (dialog: Dialog) => void;
  readonly onDownload: () => void;
}

/** Which runbook, where its draft is, and what can be done with it. */
export const DesignerHead = memo(function DesignerHead({ name, title, runbook, undo, redo, save, locked, problems, onUndo, onRedo, onRetry, onDialog, onDownload }: DesignerHeadProps) {
  const version = runbook.publishedVersion ?? null;
  return (
    <header className={classes['head']}>
      <Title order={1} fz="lg" lineClamp={1}>{title}</Title>
      <Text size="sm" c="dimmed" ff="monospace">{name}</Text>
      <SaveMark state={save} retry={onRetry} draftOf={version === null ? 'draft, never published' : runbook.draftDiffers ? `draft of v${version}` : `as v${version}`} />
      <Group gap={6} ml="auto">
        <ActionIcon variant="default" aria-label="Undo" title={undo ? `Undo: ${said(undo)}` : 'Nothing to undo'} disabled={undo === null} onClick={onUndo}><IconArrowBackUp size={16} aria-hidden /></ActionIcon>
        <ActionIcon variant="default" aria-label="Redo" title={redo ? `Redo: ${said(redo)}` : 'Nothing to redo'} disabled={redo === null} onClick={onRedo}><IconArrowForwardUp size={16} aria-hidden /></ActionIcon>
        <Button variant="default" onClick={() => onDialog('explain')} disabled={problems > 0} title={problems > 0 ? 'Correct the problems first' : undefined}>Explain</Button>
        {version === null ? null : <Button variant="default" component={Link} to={`/runbooks/${name}/versions?from=${version}&to=draft`}>Diff with v{version}</Button>}
        <Button onClick={() => onDialog('publish')} disabled={locked}>Publish…</Button>
        {version === null
          ? <Button variant="default" disabled title="Publish a version first">Run…</Button>
          : <Button variant="default" component={Link} to={`/runs/start?runbook=${name}`}>Run…</Button>}
        <Menu position="bottom-end">
          <Menu.Target><ActionIcon variant="default" aria-label="More"><IconDots size={16} aria-hidden /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item component={Link} to={`/runbooks/${name}/versions`}>Versions</Menu.Item>
            <Menu.Item onClick={onDownload}>Export YAML</Menu.Item>
            <Menu.Item component="a" href={elsaAddress(name)} download={`${name}.elsa.json`}>Export as Elsa 3 JSON (as saved)</Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <CommandLine compact command={`runbooks runbook get ${name}`} />
      </Group>
    </header>
  );
});

const said = (label: string): string => (label.startsWith('field ') ? `change of ${label.slice('field '.length)}` : label);
