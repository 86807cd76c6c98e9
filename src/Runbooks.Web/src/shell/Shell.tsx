import { AppShell, Badge, NavLink, Text } from '@mantine/core';
import {
  IconAffiliate, IconCalendarEvent, IconChecklist, IconFileDescription, IconGavel, IconHome2, IconPlayerPlay, IconServer2, IconSettings,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect } from 'react';
import { Link, Navigate, Outlet, ScrollRestoration, useLocation } from 'react-router';
import { api, body, onSessionDoubted } from '@/api/client';
import { ApiProblem } from '@/api/problem';
import { Refused } from '@/ui/Refused';
import { Waiting } from '@/ui/Waiting';
import { Commands } from './Commands';
import { Elsewhere } from './Elsewhere';
import { focusMain, mainId, useFocusBack } from './focus';
import { Header } from './Header';
import { useLive, useLiveness } from './live';
import { meQuery } from './session';
import { pages } from './pages';

const SessionOver = lazy(() => import('./SessionOver'));
const MustChangePassword = lazy(() => import('./MustChangePassword'));

const icons = {
  overview: IconHome2,
  workloads: IconServer2,
  runbooks: IconAffiliate,
  runs: IconPlayerPlay,
  drills: IconCalendarEvent,
  approvals: IconGavel,
  audit: IconFileDescription,
  sites: IconChecklist,
  settings: IconSettings,
} as const;

export function Shell() {
  const me = useQuery(meQuery);
  useFocusBack();
  const live = useLive();
  const { pathname, search } = useLocation();
  const signedIn = me.data !== undefined;
  const { refetch } = me;
  useEffect(() => onSessionDoubted(() => void refetch({ cancelRefetch: false })), [refetch]);
  useEffect(() => {
    if (!signedIn) return undefined;
    live.start();
    return () => live.stop();
  }, [live, signedIn]);

  // A stream that is cut says nothing of why; a session that ended is one reason.
  const liveness = useLiveness().name;
  useEffect(() => {
    if (liveness === 'stale') void refetch();
  }, [liveness, refetch]);

  if (me.isPending) return <Waiting what="Asking the control plane who you are…" />;
  const over = me.error instanceof ApiProblem && me.error.status === 401;
  if (over && !signedIn) {
    return <Navigate to={`/signin?next=${encodeURIComponent(pathname + search)}`} replace />;
  }
  if (!me.data) return <Refused error={me.error} title="The console could not start." />;

  if (me.data.mustChangePassword) return <Suspense><MustChangePassword /></Suspense>;

  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 176, breakpoint: 'sm' }} padding="md">
      <button type="button" className="skip" onClick={focusMain}>Skip to the page</button>
      <Commands />
      {over ? <Suspense><SessionOver me={me.data} /></Suspense> : null}
      <ScrollRestoration />
      <AppShell.Header>
        <Header me={me.data} />
      </AppShell.Header>
      <AppShell.Navbar p={6} component="nav" aria-label="Pages">
        {pages.map((page) => {
          const Icon = icons[page.id];
          const current = page.path === '/' ? pathname === '/' : pathname.startsWith(page.path);
          return (
            <NavLink
              key={page.id}
              component={Link}
              to={page.path}
              label={page.title}
              active={current}
              aria-current={current ? 'page' : undefined}
              leftSection={<Icon size={18} aria-hidden />}
              rightSection={page.id === 'approvals' ? <ApprovalCount /> : null}
            />
          );
        })}
      </AppShell.Navbar>
      <AppShell.Main id={mainId} tabIndex={-1}>
        <Elsewhere />
        <Suspense fallback={<Waiting what="Loading the page…" />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
    </AppShell>
  );
}

function ApprovalCount() {
  const { data } = useQuery({
    queryKey: ['approvals', 'count'],
    queryFn: () => body(api.GET('/api/v1/approvals')),
  });
  const count = data?.items.length ?? 0;
  return count === 0 ? null : (
    <Badge color="violet" size="sm" circle aria-label={`${count} waiting`}>
      <Text span inherit>{count}</Text>
    </Badge>
  );
}

