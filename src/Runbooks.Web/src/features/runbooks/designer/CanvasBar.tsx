import { Button, Group, SegmentedControl } from '@mantine/core';
import { memo, type Ref } from 'react';
import type { DraftEditor } from '../document/editor';
import { StepSearch } from './StepSearch';
import type { View } from './useDesignerView';

interface CanvasBarProps {
  readonly editor: DraftEditor;
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onFound: (key: string) => void;
  readonly onLeave: () => void;
  readonly searchRef: Ref<HTMLInputElement>;
  readonly locked: boolean;
  /** True when every step stands where the automatic layout puts it. */
  readonly isLaidOut: boolean;
  readonly onPaste: () => void;
  readonly onLayOut: () => void;
  readonly onFit: () => void;
}

/** Above the canvas: how the steps are shown, where one is, and what can be done with all of them. */
export const CanvasBar = memo(function CanvasBar({ editor, view, onView, onFound, onLeave, searchRef, locked, isLaidOut, onPaste, onLayOut, onFit }: CanvasBarProps) {
  return (
    <Group gap="xs" justify="space-between">
      <SegmentedControl size="xs" aria-label="View" data={[{ value: 'graph', label: 'Graph' }, { value: 'outline', label: 'Outline' }]} value={view} onChange={(next) => onView(next as View)} />
      <StepSearch editor={editor} onFound={onFound} onLeave={onLeave} fieldRef={searchRef} />
      <Group gap={6}>
        <Button variant="default" size="compact-xs" onClick={onPaste} disabled={locked}>Paste</Button>
        <Button variant="default" size="compact-xs" onClick={onLayOut} disabled={locked || isLaidOut} title={isLaidOut ? 'Every step stands where the automatic layout puts it' : undefined}>Auto-layout</Button>
        <Button variant="default" size="compact-xs" onClick={onFit} disabled={view !== 'graph'}>Fit</Button>
      </Group>
    </Group>
  );
});
