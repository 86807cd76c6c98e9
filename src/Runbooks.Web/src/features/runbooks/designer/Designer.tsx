import { Alert, Button, Text } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type RefObject } from 'react';
import { useBlocker } from 'react-router';
import { api, body } from '@/api/client';
import type { ApiProblem } from '@/api/problem';
import { Graph } from '@/graph/Graph';
import type { GraphEditing, GraphHandle } from '@/graph/model';
import { useMay } from '@/shell/session';
import { Unhurried } from '@/ui/Unhurried';
import { Waiting } from '@/ui/Waiting';
import { connect, disconnect, insertSteps, moveSteps, outermost } from '../document/commands';
import { sourceFrom } from '../document/sources';
import type { Stored } from '../saving/saver';
import type { Runbook } from '../queries';
import type { PlacedProblem } from './problems';
import { SayContext, type Act, type Say } from './actions';
import { CanvasBar } from './CanvasBar';
import classes from './designer.module.css';
import { Drawer, drawerHeight } from './DesignerDrawer';
import { DesignerHead } from './DesignerHead';
import { useDesignerKeys } from './keys';
import { OutlineView } from './OutlineView';
import { align } from './places';
import { usePlaces } from './usePlaces';
import { RestoredNotice } from './RestoredNotice';
import { RunbookForm } from './RunbookForm';
import { SaveTrouble } from './SaveMark';
import { SelectionForm } from './SelectionForm';
import { atOnceMax } from './shown';
import { StepForm } from './StepForm';
import { Toolbox, dataOf, toolboxItems, type ToolboxItem } from './Toolbox';
import { useChosenStep } from './useChosenStep';
import { useClipboard } from './useClipboard';
import { useDesignerView } from './useDesignerView';
import { useDraftGraph, useEditor, useKinds, useProblems, useSaveState, useSession } from './useDesigner';

// Loaded when they are first opened.
const ConflictDialog = lazy(() => import('./ConflictDialog').then((module) => ({ default: module.ConflictDialog })));
const ExplainDrawer = lazy(() => import('./ExplainDrawer').then((module) => ({ default: module.ExplainDrawer })));
const PublishDialog = lazy(() => import('./PublishDialog').then((module) => ({ default: module.PublishDialog })));

interface DesignerProps {
  readonly name: string;
  /** Whose draft this browser keeps. */
  readonly person: string;
  readonly opened: Stored;
  readonly runbook: Runbook;
  /** The server's word that the runbook is no longer there. */
  readonly gone: ApiProblem | null;
}

/** The runbook designer: toolbox, canvas, form and drawer around one draft. */
export function Designer({ name, person, opened, runbook, gone }: DesignerProps) {
  const { editor, saver, restored } = useSession(name, person, opened);
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
  const siteIds = useMemo(() => sites.data?.items.map((site) => site.id) ?? [], [sites.data]);
  const workloadIds = useMemo(() => workloads.data?.items.map((each) => each.id) ?? [], [workloads.data]);

  const canvas = useRef<GraphHandle>(null);
  const toolboxSearch = useRef<HTMLInputElement>(null);
  const stepSearch = useRef<HTMLInputElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const { view, tab, dialog, step, setStep, setView, setTab, setDialog } = useDesignerView();
  const [connecting, setConnecting] = useState<string | null>(null);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [said, setSaid] = useState<{ readonly text: string; readonly tone: 'plain' | 'refused' } | null>(
    restored && !restored.unsaved && restored.undo > 0 ? { text: `The history of this draft is back: ${restored.undo} change${restored.undo === 1 ? '' : 's'} can be undone.`, tone: 'plain' } : null,
  );
  const [cameBack, setCameBack] = useState(restored?.unsaved === true ? restored : null);
  const [goTo, setGoTo] = useState<{ readonly line: number } | null>(null);
  const say = useCallback<Say>((text, tone = 'plain') => setSaid({ text, tone }), []);
  const { places } = state;
  usePlaces(name, editor, say);

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
    place: (moved) => editor.place('move on the canvas', new Map([...editor.current().places, ...moved])),
    reparent: (ids, parent) => {
      const children = parent === null ? editor.current().reading.steps : (editor.current().reading.byKey.get(parent)?.children ?? []);
      if (act('move', moveSteps(ids, parent, children.length))) say(parent === null ? 'Moved out of the block.' : `Moved into ${parent}.`);
    },
    drop: (payload, parent, after) => {
      const item = items.find((each) => each.id === payload);
      if (item) add(item, parent, after);
    },
  }, [locked, act, say, editor, items, add]);

  const select = useCallback((keys: ReadonlySet<string>) => editor.select(keys), [editor]);
  const openedFrom = useRef<string | null>(null);
  const openForm = useCallback((key: string) => {
    // Several chosen steps have a form of their own, which is opened from any of them.
    if (!editor.current().selection.has(key)) editor.select([key]);
    openedFrom.current = key;
    // The form of a long runbook is drawn behind the canvas.
    const enter = (): void => {
      if (panel.current?.querySelector('[data-waiting]')) requestAnimationFrame(enter);
      else panel.current?.querySelector<HTMLElement>('input, select, textarea, button')?.focus();
    };
    requestAnimationFrame(enter);
  }, [editor]);
  useChosenStep(editor, state, { step, setStep }, focusStep, say);

  const clipboard = useClipboard({ editor, act, say, locked, show: focusStep });
  const backToSteps = useCallback((): void => {
    const { selection } = editor.current();
    const [first] = selection;
    const key = openedFrom.current !== null && selection.has(openedFrom.current) ? openedFrom.current : first;
    if (key !== undefined) focusStep(key);
  }, [editor, focusStep]);
  const layOut = useCallback(() => {
    if (editor.current().places.size === 0) return;
    editor.place('automatic layout', new Map());
    say('Every step stands where the automatic layout puts it. Undo puts them back.');
  }, [editor, say]);
  const keyed = useDesignerKeys({
    editor, act, say, locked, connecting, setConnecting, focusStep, layOut,
    setRenaming: (key) => { setRenaming(key); if (key !== null && view === 'graph') setView('outline'); },
    focusToolbox: () => focusSoon(toolboxSearch), focusSearch: () => focusSoon(stepSearch), fit: () => canvas.current?.fit(),
  });

  // The steps are drawn first: what stands around them follows between frames.
  const whole = useDeferredValue(true, false);
  // What the panes around the canvas are given stays the same from change to change: each is drawn only for its own.
  const fit = useCallback(() => canvas.current?.fit(), []);
  const found = useCallback((key: string) => { editor.select([key]); canvas.current?.reveal(key); }, [editor]);
  const copy = useCallbackRef(() => { clipboard.copy(); });
  const paste = useCallbackRef(() => clipboard.paste());
  const remove = useCallbackRef(keyed.remove);
  const graphKey = useCallbackRef(keyed.onKey);
  const chosen = useCallbackRef((keys: ReadonlySet<string>) => {
    const [target] = keys;
    if (connecting && target && keys.size === 1) keyed.finish(target);
    else select(keys);
  });
  const entered = useCallbackRef((key: string) => {
    if (connecting === null) openForm(key);
    else if (state.selection.size > 1) keyed.finish(key);
  });
  const goToProblem = useCallback((problem: PlacedProblem) => {
    if (problem.step !== null) {
      editor.select([problem.step]);
      canvas.current?.focus(problem.step);
    }
    setGoTo({ line: problem.line });
    if (problem.step === null) setTab('yaml');
  }, [editor, setTab]);
  const download = useCallback((): void => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([editor.current().text], { type: 'application/yaml' }));
    link.download = `${name}.yaml`;
    link.click();
    URL.revokeObjectURL(link.href);
  }, [editor, name]);

  return (
    <SayContext value={say}>
      {/* The designer hears copy, cut and paste of the nodes and rows inside it. */}
      <div className={classes['page']} {...clipboard.listeners}>
        {whole ? (
          <DesignerHead
            name={name} runbook={runbook} save={save} locked={locked} problems={problems.length}
            undo={locked && state.error === null ? null : state.undo} redo={locked && state.error === null ? null : state.redo}
            onUndo={editor.undo} onRedo={editor.redo} onRetry={saver.retry} onDialog={setDialog} onDownload={download}
            title={String((state.reading.data as { metadata?: { title?: unknown } } | null)?.metadata?.title ?? runbook.title)}
          />
        ) : <header className={classes['head']} />}
        <SaveTrouble state={save} onRecreate={() => saver.recreate()} onDownload={download} />
        {cameBack ? <RestoredNotice restored={cameBack} onClose={() => setCameBack(null)} onDrop={() => { editor.replace('what was saved', saver.base().text); setCameBack(null); }} /> : null}
        {!mayWrite ? <Alert color="gray">You see this runbook read-only: changing it needs the role author.</Alert> : null}
        <div className={classes['body']}>
          {whole ? <Toolbox items={items} onAdd={add} disabled={locked} searchRef={toolboxSearch} /> : <div className={classes['toolbox']} />}
          <div className={classes['middle']}>
            {whole ? (
              <CanvasBar
                editor={editor} view={view} onView={setView} onFound={found} onLeave={backToSteps} searchRef={stepSearch}
                locked={locked} isLaidOut={places.size === 0} onPaste={paste} onLayOut={layOut} onFit={fit}
              />
            ) : <div className={classes['bar']} />}
            <div role="status" aria-live="polite" className={classes['said']}>
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
                  onSelect={chosen} onOpen={entered} onKey={graphKey} {...(editing ? { editing } : {})} minimap={graph.nodes.length > 12} dimmed={state.error !== null}
                >
                  {state.error ? (
                    <Alert color="red" role="alert" title={state.error.title}>
                      {problems[0]?.message ?? state.error.message} {problems[0]?.correction} The graph shows the last text that could be read. <Button variant="default" size="compact-xs" onClick={() => { setTab('yaml'); setGoTo({ line: state.error?.line ?? 1 }); }}>Go to line {state.error.line}</Button>
                    </Alert>
                  ) : graph.nodes.length === 0 ? <Text size="sm" p="md">Nothing to do yet: drag a step here, or choose one in the list on the left and press Enter.</Text> : null}
                </Graph>
              </div>
            ) : (
              <div className={`${classes['canvas'] ?? ''} ${classes['panel'] ?? ''}`} style={{ padding: 0, opacity: state.error ? 0.5 : 1 }}>
                <OutlineView nodes={graph.nodes} state={state} connecting={connecting} keyed={keyed} select={select} openForm={openForm} act={act} renaming={renaming} setRenaming={setRenaming} />
              </div>
            )}
            {whole ? (
              <Unhurried subject={tab} atOnce={state.reading.byKey.size <= atOnceMax}>
                <Drawer tab={tab} onTab={setTab} problems={problems} checking={checking} editor={editor} kinds={kinds} readOnly={readOnly} goTo={goTo} onGo={goToProblem} />
              </Unhurried>
            ) : <div className={classes['drawer']} style={{ height: drawerHeight(tab) }} />}
          </div>
          {/* Escape leads from the form back to the step it belongs to. */}
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
          <div className={classes['panel']} ref={panel} role="region" aria-label="Properties" onKeyDown={(event) => { if (event.key === 'Escape' && !event.defaultPrevented) backToSteps(); }}>
            {whole ? (
              <Unhurried subject={selected.join(' ')} atOnce={state.reading.byKey.size <= atOnceMax} meanwhile={<Text size="sm" fw={700}>{selected.join(', ')}</Text>}>
                {selected.length > 1 ? (
                  <SelectionForm
                    keys={selected} reading={state.reading} act={act} locked={locked} onCopy={copy} onRemove={() => keyed.remove(selected)}
                    onAlign={view !== 'graph' ? null : (how, words) => { if (canvas.current) editor.place(words, new Map([...places, ...align(outermost(state.reading, selected), graph.nodes, canvas.current.boxes(), how)])); }}
                  />
                ) : only ? (
                  <StepForm key={only.key} step={only} reading={state.reading} kinds={kinds} problems={problems} act={act} readOnly={locked} onCopy={copy} onRemove={remove} sites={siteIds} workloads={workloadIds} />
                ) : (
                  <RunbookForm name={name} reading={state.reading} problems={problems} groups={groups.data?.items.map((each) => each.id) ?? []} act={act} readOnly={locked} />
                )}
              </Unhurried>
            ) : <div data-waiting />}
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

/** Panes follow the steps within a few frames: a key that is faster than they are is not lost. */
function focusSoon(field: RefObject<HTMLInputElement | null>, frames = 120): void {
  if (field.current) field.current.focus();
  else if (frames > 0) requestAnimationFrame(() => focusSoon(field, frames - 1));
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
