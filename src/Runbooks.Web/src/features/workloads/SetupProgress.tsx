import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { api, body } from '@/api/client';
import { StateMark } from '@/ui/StateMark';
import { CopyProgress } from './VolumesTable';
import { linksTo, worstLink, type Workload } from './workloads';

/** Where the set-up of a protection or its catch-up stands; nothing once every copy is in sync. */
export function SetupProgress({ workload, always = false }: { readonly workload: Workload; readonly always?: boolean }) {
  const run = workload.protection?.run;
  const { data } = useQuery({
    queryKey: ['runs', run, 'view'],
    queryFn: () => body(api.GET('/api/v1/runs/{run}', { params: { path: { run: run ?? '' } } })),
    enabled: Boolean(run),
  });
  if (!workload.protection) return null;
  const sites = [...new Set([String(workload.protection.policy.homeSite), ...workload.protection.policy.standbys.map(String)])]
    .filter((site) => site !== workload.site);
  const lines = sites.map((site) => ({ site, links: linksTo(workload, site) }));
  const settled = lines.every(({ links }) => links.length > 0 && links.every((link) => link.state === 'in-sync'));
  if (settled && !always) return null;
  return (
    <Stack gap="xs" component="section" aria-label="Copies">
      {data && data.kind === 'setup' && !(data.state === 'succeeded' && !always) ? (
        <Text size="sm">
          <Anchor component={Link} to={`/runs/${data.id}`} inherit>Set-up run</Anchor> <StateMark state={data.state} since={data.endedAt ?? data.startedAt} />
        </Text>
      ) : null}
      {lines.map(({ site, links }) => {
        const worst = worstLink(links);
        return (
          <div key={site}>
            <Text size="sm" component="div">
              Copy at {site}: {worst ? <StateMark state={worst.state} since={worst.since} /> : 'not attached yet'}
            </Text>
            {links.filter((link) => (link.copyTotalBytes ?? 0) > 0 && (link.state === 'seeding' || link.state === 'catching-up')).map((link, at) => <CopyProgress key={at} link={link} />)}
          </div>
        );
      })}
    </Stack>
  );
}
