/** The left rail, in its order; `g` and the key open a page from the keyboard. */
export const pages = [
  { id: 'overview', path: '/', title: 'Overview', key: 'o' },
  { id: 'workloads', path: '/workloads', title: 'Workloads', key: 'w' },
  { id: 'runbooks', path: '/runbooks', title: 'Runbooks', key: 'b' },
  { id: 'runs', path: '/runs', title: 'Runs', key: 'r' },
  { id: 'drills', path: '/drills', title: 'Drills', key: 'd' },
  { id: 'approvals', path: '/approvals', title: 'Approvals', key: 'a' },
  { id: 'audit', path: '/audit', title: 'Audit', key: 'u' },
  { id: 'sites', path: '/sites', title: 'Sites', key: 's' },
  { id: 'settings', path: '/settings', title: 'Settings', key: 't' },
] as const;
