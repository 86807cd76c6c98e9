import '@mantine/spotlight/styles.css';
import { createSpotlight, Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useMantineColorScheme } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, body } from '@/api/client';
import { meaningOf } from '@/ui/states';
import { pages } from './pages';
import { useMay } from './session';

const [store, spotlight] = createSpotlight();

interface PaletteProps {
  readonly onClose: () => void;
  readonly onSheet: () => void;
}

/** Everything with a name, and what can be begun, a few letters away. */
export default function Palette({ onClose, onSheet }: PaletteProps) {
  const groups = [useBeginnings(onSheet), usePages(), ...useThings()].filter((group) => group.actions.length > 0);
  const [typed, setTyped] = useState('');
  useEffect(() => spotlight.open(), []);
  useFirstChosen(typed);
  return (
    <Spotlight
      store={store}
      shortcut={null}
      actions={groups}
      limit={14}
      onQueryChange={setTyped}
      onSpotlightClose={onClose}
      nothingFound="Nothing has this name."
      highlightQuery
      scrollable
      maxHeight={480}
      attributes={{ content: { 'aria-label': 'Search and commands' } }}
      // On the chosen one's ground the library's 70 % is below 4.5:1.
      styles={{ actionDescription: { opacity: 1 } }}
      searchProps={{ placeholder: 'Search pages, workloads, runbooks, runs, sites…', 'aria-label': 'Search', leftSection: <IconSearch size={18} aria-hidden /> }}
    />
  );
}

// Typing chooses the best match, so that Enter opens it; the arrows go on from there.
function useFirstChosen(typed: string) {
  const chosenFor = useRef('');
  useEffect(() => {
    const list = document.getElementById(store.getState().listId);
    const chosen = list?.querySelector('[data-selected]');
    if (typed === '' || !list || (chosen && chosenFor.current === typed)) return;
    chosen?.removeAttribute('data-selected');
    list.querySelector('[data-action]')?.setAttribute('data-selected', 'true');
    store.updateState((state) => ({ ...state, selected: 0 }));
    chosenFor.current = typed;
  });
}

function usePages(): SpotlightActionGroupData {
  const to = useTo();
  return { group: 'Pages', actions: pages.map((page) => to(`page-${page.id}`, page.title, `g ${page.key}`, page.path)) };
}

function useBeginnings(onSheet: () => void): SpotlightActionGroupData {
  const to = useTo();
  const operates = useMay('operator');
  const administers = useMay('admin');
  const authors = useMay('author');
  const { setColorScheme } = useMantineColorScheme();
  const actions: SpotlightActionData[] = [
    { id: 'sheet', label: 'Show the keyboard shortcuts', description: '?', onClick: onSheet },
    { id: 'light', label: 'Use the light colours', onClick: () => setColorScheme('light') },
    { id: 'dark', label: 'Use the dark colours', onClick: () => setColorScheme('dark') },
  ];
  if (administers) actions.unshift(to('add-site', 'Add a site', 'and enrol its agent', '/sites?add'));
  if (authors) actions.unshift(to('new-runbook', 'Write a runbook', '', '/runbooks'));
  if (operates) actions.unshift(to('protect', 'Protect a workload', 'adopt an image, choose sites', '/workloads/protect'));
  return { group: 'Do', actions };
}

/** Names are asked for when the palette opens: a list that is already on a page is not asked for again. */
function useThings(): readonly SpotlightActionGroupData[] {
  const to = useTo();
  const workloads = useQuery({ queryKey: ['workloads', 'names'], queryFn: () => body(api.GET('/api/v1/workloads', { params: { query: { limit: 500 } } })) });
  const runbooks = useQuery({ queryKey: ['runbooks'], queryFn: () => body(api.GET('/api/v1/runbooks')) });
  const runs = useQuery({ queryKey: ['runs', 'newest'], queryFn: () => body(api.GET('/api/v1/runs', { params: { query: { limit: 50 } } })) });
  const sites = useQuery({ queryKey: ['sites'], queryFn: () => body(api.GET('/api/v1/sites')) });
  const word = (state: string) => meaningOf(state).word;
  return [
    {
      group: 'Workloads',
      actions: (workloads.data?.items ?? []).map((each) =>
        to(`workload-${each.id}`, each.id, `${each.title} · ${each.group} · ${word(each.state)}`, `/workloads/${each.id}`)),
    },
    {
      group: 'Runbooks',
      actions: (runbooks.data?.items ?? []).map((each) => to(`runbook-${each.name}`, each.name, each.title, `/runbooks/${each.name}`)),
    },
    {
      group: 'Sites',
      actions: (sites.data?.items ?? []).map((each) => to(`site-${each.id}`, each.id, `${each.title} · ${word(each.state)}`, `/sites/${each.id}`)),
    },
    {
      group: 'Newest runs',
      actions: (runs.data?.items ?? []).map((each) =>
        to(`run-${each.id}`, each.id, `${each.real ? 'REAL' : 'TEST'} · ${each.runbook ?? each.kind} · ${each.group ?? ''} · ${word(each.state)}`, `/runs/${each.id}`)),
    },
  ];
}

function useTo() {
  const navigate = useNavigate();
  return (id: string, label: string, description: string, address: string): SpotlightActionData =>
    ({ id, label, description, onClick: () => void navigate(address) });
}
