-- A grown installation for trials of the tables: 10,000 ended runs over three years, 1,000 workloads in 40 groups.
-- Rows only: nothing of it runs, and nothing is protected.
insert into control.groups (id, title)
select 'app-' || lpad(n::text, 2, '0'), 'Application ' || n from generate_series(1, 40) n on conflict do nothing;

insert into control.workloads (id, grp, site, metadata)
select id, grp, site, jsonb_build_object(
  'id', id, 'nics', '[]'::jsonb, 'tier', tier, 'group', grp, 'title', 'Machine ' || n, 'cpuCount', 2, 'firmware', 'uefi', 'memoryMiB', 4096,
  'disks', jsonb_build_array(jsonb_build_object('name', 'disk0', 'sizeBytes', 10737418240, 'volume', 'vol_' || md5(id))),
  'driver', jsonb_build_object('kind', 'none', 'timeoutSeconds', 60))
from (
  select n, 'app-' || lpad((n % 40 + 1)::text, 2, '0') as grp, (array['database', 'app', 'web'])[n % 3 + 1] as tier,
    'app-' || lpad((n % 40 + 1)::text, 2, '0') || '-' || lpad(n::text, 4, '0') as id,
    (select s.id from control.sites s order by s.id offset n % 2 limit 1) as site
  from generate_series(1, 1000) n) w on conflict do nothing;

insert into control.runs (
  id, kind, is_real, state, runbook, runbook_number, runbook_hash, plan_hash, grp, workflow_type, workflow_id, input, reason,
  requested_by, start_state, requested_at, started_at, ended_at, objectives)
select id, kind, kind not like 'drill-i%', state, kind, 1, 'sha256:' || md5(kind), 'sha256:' || md5(id), grp, 'Runbook',
  kind || '/' || grp || '/' || id, '{}', (array['quarterly rehearsal', 'weekly drill', 'storage maintenance', 'power work in hall 2', 'flood warning'])[n % 5 + 1] || ' ' || n,
  (select u.id from control.users u order by u.id limit 1), 'started', asked, asked + interval '3 s',
  asked + interval '3 s' + make_interval(secs => 40 + (n * 7919) % 1500), '{}'
from (
  select n, 'run_' || md5('many ' || n) as id, 'app-' || lpad((n % 40 + 1)::text, 2, '0') as grp,
    (array['drill-isolated', 'failover-planned', 'failback', 'drill-isolated', 'drill-realistic'])[n % 5 + 1] as kind,
    (array['succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'succeeded', 'aborted'])[n % 7 + 1] as state,
    clock_timestamp() - make_interval(mins => n * 155) as asked
  from generate_series(1, 10000) n) r on conflict do nothing;
