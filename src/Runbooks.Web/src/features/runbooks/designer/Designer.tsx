import { Alert, Button, Group, SegmentedControl, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import { useBlocker } from 'react-router';
import { api, body } from '@/api/client';
import type { ApiProblem } from '@/api/problem';
import { Graph } from '@/graph/Graph';
import type { GraphEditing, GraphHandle } from '@/graph/model';
import { useMay } from '@/shell/session';
import { Waiting } from '@/ui/Waiting';
import { connect, disconnect, insertSteps, moveSteps, outermost, removeSteps } from '../document/commands';
import { sourceFrom, sourceOf, stepsIn } from '../document/sources';
import type { Stored } from '../saving/saver';
import type { Runbook } from '../queries';
import { SayContext, type Act, type Say } from './actions';
import { keep, kept } from './clipboard';
import classes from './designer.module.css';
import { Drawer } from './DesignerDrawer';
import { DesignerHead } from './DesignerHead';
import { useDesignerKeys } from './keys';
import { OutlineView } from './OutlineView';
import { align, type Alignment } from './places';
import { usePlaces } from './usePlaces';
import { RunbookForm } from './RunbookForm';
import { SaveTrouble } from './SaveMark';
import { SelectionForm } from './SelectionForm';
import { StepForm } from './StepForm';
import { Toolbox, dataOf, toolboxItems, type ToolboxItem } from './Toolbox';
import { useDesignerView } from './useDesignerView';
import { useDraftGraph, useEditor, useKinds, useProblems, useSaveState, useSession } from './useDesigner';

// Loaded when they are first opened.
const ConflictDialog = lazy(() => import('./ConflictDialog').then((module) => ({ default: module.ConflictDialog })));
const ExplainDrawer = lazy(() => import('./ExplainDrawer').then((module) => ({ default: module.ExplainDrawer })));
const PublishDialog = lazy(() => import('./PublishDialog').then((module) => ({ default: module.PublishDialog })));

interface DesignerProps {
  readonly name: string;
  readonly opened: Stored;
  readonly runbook: Runbook;
  /** The server's word that the runbook is no longer there. */
  readonly gone: ApiProblem | null;
}

/** The runbook designer: toolbox, canvas, form and drawer around one draft. */
export function Designer({ name, opened, runbook, gone }: DesignerProps) {
  const { editor, saver } = useSession(name, opened);
  const state = useEditor(editor);
  const save = useSaveState(saver);
  const kinds = useKinds();
  const { problems, checking } = useProblems(state, kinds);
  const graph = useDraftGraph(state, kinds, problems);
  const items = useMemo(() => toolboxItems(kinds), [kinds]);
  const mayWrite = useMay('author');
  const readOnly = !mayWrite || save.name === 'forbidden';
  const locked = readOnly || state.error !== null;
  const groups = useQuery({ queryKey: ['groups'], queryFn: () => body(api.GET('/api/v1/groups')) });
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const workloads = useQuery({ queryKey: ['workloads'], queryFn: () => body(api.GET('/api/v1/workloads')) });

  const canvas = useRef<GraphHandle>(null);
  const search = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const { view, tab, dialog, setView, setTab, setDialog } = useDesignerView();
  const [connecting, setConnecting] = useState<string | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [said, setSaid] = useState<{ readonly text: string; readonly tone: 'plain' | 'refused' } | null>(null);
  const [goTo, setGoTo] = useState<{ readonly line: number } | null>(null);
  const [wanted, setWanted] = useState('');
  const say = useCallback<Say>((text, tone = 'plain') => setSaid({ text, tone }), []);
  const [places, place] = usePlaces(name, say);

  // The server was read again: an event told of a save. Ours is known; another one's is shown or is a conflict.
  useEffect(() => {
    // It answers again: what could not be saved need not wait for its turn.
    if (saver.current().name === 'retrying' && !gone) saver.retry();
    if (gone) saver.vanished(gone);
    else if (saver.heard(opened)) {
      editor.replace(`changes by ${opened.author}`, opened.text);
      saver.resolve(opened);
      queueMicrotask(() => say(`${opened.author} changed this runbook; you see their version. Undo shows what was here.`));
    }
  }, [opened, gone, saver, editor, say]);
  useLeaveWarning(saver.unsaved && save.name !== 'saved');

  const act = useCallback<Act>((label, command) => {
    try {
      editor.run(label, command);
      if (!label.startsWith('field ')) setSaid(null);
      return true;
    } catch (refused) {
      say(refused instanceof Error ? refused.message : String(refused), 'refused');
      return false;
    }
  }, [editor, say]);

  // On the canvas once the layout has placed it, in the outline with its next frame.
  const [focusing, setFocusing] = useState<{ readonly key: string } | null>(null);
  const focusStep = useCallback((key: string) => setFocusing({ key }), []);
  useEffect(() => {
    if (!focusing) return;
    if (canvas.current) canvas.current.focus(focusing.key);
    else document.querySelector<HTMLElement>(`[data-node="${CSS.escape(focusing.key)}"]`)?.focus();
  }, [focusing]);
  const selected = [...state.selection];
  const only = selected.length === 1 ? state.reading.byKey.get(selected[0] ?? '') : undefined;

  const add = useCallback((item: ToolboxItem, parent?: string | null, after?: string | null) => {
    const { reading, selection } = editor.current();
    const anchor = reading.byKey.get([...selection].pop() ?? '');
    const data = dataOf(item, item.kind === null ? undefined : kinds.get(item.kind));
    // Into an empty block that is chosen, else behind the chosen step, else at the end.
    const into = parent !== undefined ? parent : anchor && anchor.data['uses'] === undefined && anchor.children.length === 0 ? anchor.key : (anchor?.parent?.key ?? null);
    const siblings = into === null ? reading.steps : (reading.byKey.get(into)?.children ?? []);
    const behind = siblings.findIndex((step) => step.key === (parent !== undefined ? after : anchor?.key));
    const index = behind >= 0 ? behind + 1 : parent !== undefined && after === null ? 0 : siblings.length;
    if (act(`add ${item.title}`, insertSteps(into, index, [sourceFrom(data)]))) {
      say(`Added ${item.title}.`);
      const [made] = editor.current().selection;
      if (made !== undefined) focusStep(made);
    }
  }, [editor, kinds, act, say, focusStep]);

  const editing = useMemo<GraphEditing | undefined>(() => locked ? undefined : {
    connect: (from, to) => { act('connect', connect(from, to)); },
    disconnect: (from, to) => { act('disconnect', disconnect(from, to)); },
    place: (moved) => place(new Map([...places, ...moved])),
    reparent: (ids, parent) => {
      const children = parent === null ? editor.current().reading.steps : (editor.current().reading.byKey.get(parent)?.children ?? []);
      if (act('move', moveSteps(ids, parent, children.length))) say(parent === null ? 'Moved out of the block.' : `Moved into ${parent}.`);
    },
    drop: (payload, parent, after) => {
      const item = items.find((each) => each.id === payload);
      if (item) add(item, parent, after);
    },
  }, [locked, act, say, place, places, editor, items, add]);

  const select = useCallback((keys: ReadonlySet<string>) => editor.select(keys), [editor]);
  const openForm = useCallback((key: string) => {
    editor.select([key]);
    requestAnimationFrame(() => panel.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus());
  }, [editor]);

  const keyed = useDesignerKeys({ editor, act, say, locked, connecting, setConnecting, setRenaming: (key) => { setRenaming(key); if (key !== null && view === 'graph') { setView('outline'); } }, focusSearch: () => search.current?.focus(), focusStep });

  const copySource = (): string => {
    const { reading, selection } = editor.current();
    return outermost(reading, [...selection]).flatMap((key) => { const step = reading.byKey.get(key); return step ? [sourceOf(reading, step)] : []; }).join('');
  };
  const copy = (event: ClipboardEvent, cut: boolean): void => {
    if (isField(event.target) || state.selection.size === 0) return;
    const source = copySource();
    event.clipboardData.setData('text/plain', source);
    event.preventDefault();
    keep(source);
    say(`${cut ? 'Cut' : 'Copied'} ${state.selection.size} step${state.selection.size === 1 ? '' : 's'}.`);
    if (cut && !locked) act('cut', removeSteps([...state.selection]));
  };
  const pasteText = (text: string): void => {
    if (locked) return;
    if (stepsIn(text).length === 0) { say('There are no steps in the clipboard.', 'refused'); return; }
    const anchor = only;
    const parent = anchor?.parent?.key ?? null;
    const index = anchor ? anchor.index + 1 : state.reading.steps.length;
    if (act('paste', insertSteps(parent, index, [text.endsWith('\n') ? text : `${text}\n`]))) say('Pasted.');
  };
  const paste = (event: ClipboardEvent): void => {
    if (isField(event.target)) return;
    event.preventDefault();
    pasteText(event.clipboardData.getData('text/plain') || kept());
  };

  const found = wanted === '' ? [] : graph.nodes.filter((node) => `${node.id} ${node.title} ${node.kind ?? ''}`.toLowerCase().includes(wanted.toLowerCase()));
  const find = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || found.length === 0) return;
    const at = found.findIndex((node) => state.selection.has(node.id));
    const next = found[(at + 1) % found.length];
    if (!next) return;
    editor.select([next.id]);
    canvas.current?.reveal(next.id);
  };

  const download = (): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([state.text], { type: 'application/yaml' }));
    link.download = `${name}.yaml`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  return (
    <SayContext value={say}>
      {/* The designer hears copy, cut and paste of the nodes and rows inside it. */}
      <div className={classes['page']} onCopy={(event) => copy(event, false)} onCut={(event) => copy(event, true)} onPaste={paste}>
        <DesignerHead
          name={name} runbook={runbook} state={state} save={save} locked={locked} problems={problems.length}
          onUndo={editor.undo} onRedo={editor.redo} onRetry={saver.retry} onDialog={setDialog} onDownload={download}
          title={String((state.reading.data as { metadata?: { title?: unknown } } | null)?.metadata?.title ?? runbook.title)}
        />
        <SaveTrouble state={save} onRecreate={() => saver.recreate()} onDownload={download} />
        {!mayWrite ? <Alert color="gray">You see this runbook read-only: changing it needs the role author.</Alert> : null}
        <div className={classes['body']}>
          <Toolbox items={items} onAdd={add} disabled={locked} searchRef={search} />
          <div className={classes['middle']}>
            <Group gap="xs" justify="space-between">
              <SegmentedControl size="xs" aria-label="View" data={[{ value: 'graph', label: 'Graph' }, { value: 'outline', label: 'Outline' }]} value={view} onChange={(next) => setView(next as 'graph' | 'outline')} />
              <TextInput size="xs" aria-label="Find a step" placeholder="Find a step…" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} onKeyDown={find} rightSectionWidth={70} rightSection={wanted === '' ? null : <Text size="xs" c="dimmed">{found.length} found</Text>} />
              <Group gap={6}>
                <Button variant="default" size="compact-xs" onClick={() => pasteText(kept())} disabled={locked}>Paste</Button>
                <Button variant="default" size="compact-xs" onClick={() => place(new Map())} disabled={places.size === 0}>Auto-layout</Button>
                <Button variant="default" size="compact-xs" onClick={() => canvas.current?.fit()} disabled={view !== 'graph'}>Fit</Button>
              </Group>
            </Group>
            <div role="status" aria-live="polite">
              {connecting ? (
                <Alert color="violet" py={4}>
                  Which step waits for <b>{connecting}</b>? Go to it and press Enter, or click it. Esc ends this.
                </Alert>
              ) : said ? <Text size="sm" fw={said.tone === 'refused' ? 600 : 400} {...(said.tone === 'refused' ? { className: classes['wrong'] ?? '' } : { c: 'dimmed' })}>{said.text}</Text> : null}
            </div>
            {view === 'graph' ? (
              <div className={classes['canvas']}>
                <Graph
                  ref={canvas} nodes={graph.nodes} edges={graph.edges} label={`Graph of ${name}`} selection={state.selection} places={places}
                  onSelect={(keys) => { const [target] = keys; if (connecting && target && keys.size === 1) { keyed.finish(target); } else select(keys); }}
                  onOpen={(key) => { if (connecting === null) openForm(key); }} onKey={keyed.onKey} {...(editing ? { editing } : {})} minimap={graph.nodes.length > 12} dimmed={state.error !== null}
                >
                  {state.error ? (
                    <Alert color="red" role="alert" title={`The text is not YAML at line ${state.error.line}`}>
                      {state.error.message} The graph shows the last text that could be read. <Button variant="default" size="compact-xs" onClick={() => { setTab('yaml'); setGoTo({ line: state.error?.line ?? 1 }); }}>Go to line {state.error.line}</Button>
                    </Alert>
                  ) : graph.nodes.length === 0 ? <Text size="sm" p="md">Nothing to do yet: drag a step here, or choose one in the list on the left and press Enter.</Text> : null}
                </Graph>
              </div>
            ) : (
              <div className={`${classes['canvas'] ?? ''} ${classes['panel'] ?? ''}`} style={{ padding: 0, opacity: state.error ? 0.5 : 1 }}>
                <OutlineView nodes={graph.nodes} state={state} connecting={connecting} keyed={keyed} select={select} openForm={openForm} act={act} renaming={renaming} setRenaming={setRenaming} />
              </div>
            )}
            <Drawer tab={tab} onTab={setTab} problems={problems} checking={checking} editor={editor} kinds={kinds} readOnly={readOnly} goTo={goTo} onGo={(problem) => {
              if (problem.step !== null) {
                editor.select([problem.step]);
                canvas.current?.focus(problem.step);
              }
              setGoTo({ line: problem.line });
              if (problem.step === null) setTab('yaml');
            }} />
          </div>
          {/* Escape leads from the form back to the step it belongs to. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <div className={classes['panel']} ref={panel} role="region" aria-label="Properties" onKeyDown={(event) => { if (event.key === 'Escape' && !event.defaultPrevented && only) focusStep(only.key); }}>
            {selected.length > 1 ? (
              <SelectionForm
                keys={selected} reading={state.reading} act={act} locked={locked} onCopy={() => { keep(copySource()); say(`Copied ${selected.length} steps.`); }}
                onAlign={(how: Alignment) => { if (canvas.current) place(new Map([...places, ...align(selected, canvas.current.boxes(), how)])); }}
              />
            ) : only ? (
              <StepForm key={only.key} step={only} reading={state.reading} kinds={kinds} problems={problems} act={act} readOnly={locked} sites={sites.data?.items.map((site) => site.id) ?? []} workloads={workloads.data?.items.map((each) => each.id) ?? []} />
            ) : (
              <RunbookForm name={name} reading={state.reading} problems={problems} groups={groups.data?.items.map((each) => each.id) ?? []} act={act} readOnly={locked} />
            )}
          </div>
        </div>
      </div>
      <Suspense fallback={<Waiting what="Opening…" />}>
        {save.name === 'conflict' ? <ConflictDialog theirs={save.theirs} editor={editor} saver={saver} /> : null}
        {dialog === 'explain' ? <ExplainDrawer name={name} text={state.text} data={state.reading.data} onClose={() => setDialog(null)} /> : null}
        {dialog === 'publish' ? <PublishDialog name={name} text={state.text} etag={saver.base().etag} lastVersion={runbook.publishedVersion ?? null} problems={problems.length} unsaved={saver.unsaved} onClose={() => setDialog(null)} /> : null}
      </Suspense>
    </SayContext>
  );
}

function isField(target: EventTarget): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable=true], .cm-editor') !== null;
}

/** Leaving with unsaved work asks first: by the browser, and by a link of the console. */
function useLeaveWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [unsaved]);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => unsaved && currentLocation.pathname !== nextLocation.pathname);
  useEffect(() => {
    if (blocker.state !== 'blocked') return;
    if (window.confirm('The last changes are not saved yet. They stay in this tab if you leave. Leave the designer?')) blocker.proceed();
    else blocker.reset();
  }, [blocker]);
}
