import { createBrowserRouter, type LoaderFunctionArgs, type ShouldRevalidateFunctionArgs } from 'react-router';
import { layoutWorker } from '@/graph/worker';
import { draftQuery, kindsQuery } from '@/features/runbooks/queries';
import { planQuery, recordsQuery, runQuery, stepsQuery } from '@/features/runs/data';
import { Loading } from './Loading';
import { PageFailed } from './PageFailed';
import { queries } from './queries';
import { Shell } from './Shell';

/** What a page reads first is asked for while its code is still loaded; nothing waits for it here. */
const ahead = (ask: (name: string) => void) => ({
  loader: ({ params }: LoaderFunctionArgs) => {
    ask(params['run'] ?? params['name'] ?? '');
    return null;
  },
  shouldRevalidate: ({ currentUrl, nextUrl }: ShouldRevalidateFunctionArgs) => currentUrl.pathname !== nextUrl.pathname,
});

const runAhead = ahead((run) => {
  void queries.prefetchQuery(runQuery(run));
  void queries.prefetchQuery(stepsQuery(run));
  void queries.prefetchQuery(planQuery(run));
  void queries.prefetchQuery(recordsQuery(run));
});

const draftAhead = ahead((name) => {
  void queries.prefetchQuery(draftQuery(name));
  void queries.prefetchQuery(kindsQuery);
  // A long runbook is placed by it; it starts while the page's code is still on its way.
  layoutWorker();
  void import('@/graph/layout').then(({ startLayout }) => startLayout());
});

/** Every address of the console. Pages are loaded when they are opened; each module exports its page as `Component`. */
export const router = createBrowserRouter([
  { path: '/signin', lazy: () => import('@/features/signin/SignInPage'), ErrorBoundary: PageFailed, HydrateFallback: Loading },
  {
    path: '/',
    Component: Shell,
    HydrateFallback: Loading,
    ErrorBoundary: PageFailed,
    children: [
      {
        ErrorBoundary: PageFailed,
        children: [
          { index: true, lazy: () => import('@/features/overview/OverviewPage') },
          { path: 'runs', lazy: () => import('@/features/runs/RunsPage') },
          { path: 'runs/start', lazy: () => import('@/features/runs/start/StartPage') },
          { path: 'runs/:run', ...runAhead, lazy: () => import('@/features/runs/page/RunPage') },
          { path: 'approvals', lazy: () => import('@/features/approvals/ApprovalsPage') },
          { path: 'drills', lazy: () => import('@/features/drills/DrillsPage') },
          { path: 'audit', lazy: () => import('@/features/audit/AuditPage') },
          { path: 'workloads', lazy: () => import('@/features/workloads/WorkloadsPage') },
          { path: 'workloads/protect', lazy: () => import('@/features/protect/ProtectPage') },
          { path: 'workloads/:workload', lazy: () => import('@/features/workloads/WorkloadPage') },
          { path: 'runbooks', lazy: () => import('@/features/runbooks/RunbooksPage') },
          { path: 'runbooks/:name', ...draftAhead, lazy: () => import('@/features/runbooks/designer/DesignerPage') },
          { path: 'runbooks/:name/versions', lazy: () => import('@/features/runbooks/VersionsPage') },
          { path: 'sites', lazy: () => import('@/features/sites/SitesPage') },
          { path: 'sites/:site', lazy: () => import('@/features/sites/SitePage') },
          { path: 'conflicts', lazy: () => import('@/features/conflicts/ConflictsPage') },
          { path: 'settings/:section?', lazy: () => import('@/features/settings/SettingsPage') },
          { path: '*', lazy: () => import('./NotFoundPage') },
        ],
      },
    ],
  },
]);
