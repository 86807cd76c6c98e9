-- The control plane's own state. Ids are text with a prefix, times are the database's, documents are jsonb of the
-- records in Runbooks.Domain. Every row a person may edit carries a version for ETag / If-Match.
create schema if not exists control;

create table control.cluster (
  only_row   boolean primary key default true check (only_row),
  id         text   not null,
  epoch      bigint not null default 0,
  active     text   not null default '',
  active_at  timestamptz not null default clock_timestamp()
);

create table control.users (
  id          text primary key,
  name        text not null unique,
  display     text not null default '',
  disabled_at timestamptz,
  version     bigint not null default 1,
  created_at  timestamptz not null default clock_timestamp()
);

create table control.role_bindings (
  user_id text not null references control.users (id),
  role    text not null,
  site    text,
  grp     text,
  unique nulls not distinct (user_id, role, site, grp)
);

create table control.tokens (
  id           text primary key,
  user_id      text not null references control.users (id),
  name         text not null,
  hash         bytea not null unique,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz not null,
  last_used_at timestamptz,
  revoked_at   timestamptz
);

create table control.idempotency (
  principal   text not null,
  key         text not null,
  fingerprint text not null,
  status      integer,
  headers     jsonb,
  body        bytea,
  created_at  timestamptz not null default clock_timestamp(),
  primary key (principal, key)
);

create table control.sites (
  id         text primary key,
  title      text not null default '',
  location   text not null default '',
  labels     jsonb not null default '{}',
  version    bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz
);

create table control.join_tokens (
  id         text primary key,
  site       text not null references control.sites (id),
  hash       bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  used_at    timestamptz
);

create table control.certificates (
  serial      text primary key,
  site        text not null references control.sites (id),
  fingerprint text not null,
  not_before  timestamptz not null,
  not_after   timestamptz not null,
  issued_at   timestamptz not null default clock_timestamp(),
  revoked_at  timestamptz,
  reason      text
);
create index certificates_site on control.certificates (site, issued_at);

create table control.agents (
  site              text primary key references control.sites (id),
  instance          text not null,
  instance_since    timestamptz not null,
  last_heartbeat    timestamptz not null,
  clock_offset_ms   double precision not null default 0,
  agent_version     text not null default '',
  serial            text not null default '',
  cluster_epoch     bigint not null default 0,
  events_stored     bigint not null default 0,
  status            jsonb not null,
  inventory         jsonb,
  inventory_at      timestamptz
);

create table control.groups (
  id         text primary key,
  title      text not null default '',
  spec       jsonb not null default '{}',
  version    bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz
);

create table control.workloads (
  id         text primary key,
  grp        text not null references control.groups (id),
  site       text not null references control.sites (id),
  metadata   jsonb not null,
  version    bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz
);

create table control.protections (
  id         text primary key,
  workload   text not null references control.workloads (id),
  grp        text not null,
  policy     jsonb not null,
  state      text not null default 'requested',
  run        text,
  version    bigint not null default 1,
  created_at timestamptz not null default clock_timestamp(),
  ended_at   timestamptz
);
create unique index protections_one_per_workload on control.protections (workload) where ended_at is null;

create table control.arbiter (
  protection text primary key,
  generation bigint not null,
  version    bigint not null,
  row        jsonb  not null
);

create table control.recovery_points (
  id         text not null,
  site       text not null,
  protection text,
  workload   text,
  reason     text not null,
  at         timestamptz not null,
  facts      jsonb not null default '{}',
  pinned     boolean not null default false,
  removed_at timestamptz,
  primary key (id, site)
);

create table control.conflicts (
  id         text primary key,
  protection text not null,
  site       text not null,
  found_at   timestamptz not null default clock_timestamp(),
  facts      jsonb not null,
  state      text not null default 'open' check (state in ('open', 'released')),
  closed_at  timestamptz,
  closed_by  text,
  reason     text
);

create table control.runbooks (
  name       text primary key,
  draft      text not null,
  draft_hash text,
  author     text not null,
  version    bigint not null default 1,
  updated_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  archived_at timestamptz
);

create table control.runbook_versions (
  name         text not null references control.runbooks (name),
  number       integer not null,
  hash         text not null,
  document     text not null,
  canonical    text not null,
  published_by text not null,
  published_at timestamptz not null default clock_timestamp(),
  primary key (name, number),
  unique (name, hash)
);

create table control.runs (
  id             text primary key,
  kind           text not null,
  is_real        boolean not null,
  state          text not null default 'requested',
  runbook        text,
  runbook_number integer,
  runbook_hash   text,
  plan_hash      text not null,
  grp            text,
  workflow_type  text not null,
  workflow_id    text not null unique,
  input          jsonb not null,
  reason         text not null default '',
  requested_by   text not null,
  approvals_needed integer not null default 0,
  approvals_expire interval not null default interval '30 minutes',
  expected       jsonb not null default '{}',
  objectives     jsonb not null default '{}',
  start_state    text not null default 'waiting' check (start_state in ('waiting', 'due', 'started', 'refused')),
  engine_run     text,
  requested_at   timestamptz not null default clock_timestamp(),
  started_at     timestamptz,
  ended_at       timestamptz,
  result         jsonb,
  failure        jsonb
);
create index runs_recent on control.runs (requested_at desc, id);
create index runs_due on control.runs (start_state) where start_state = 'due';
-- Two runs never hold the same group: the second real one is refused by the database too.
create unique index runs_one_real_per_group on control.runs (grp)
  where is_real and grp is not null and state in ('requested', 'running', 'asking', 'paused', 'aborting')
    and kind <> 'setup';

create table control.run_decisions (
  id         text primary key,
  run        text not null references control.runs (id),
  requester  text not null,
  approver   text not null,
  decision   text not null check (decision in ('approved', 'rejected')),
  plan_hash  text not null,
  reason     text not null,
  at         timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  check (requester <> approver),
  unique (run, approver)
);

create table control.run_steps (
  run        text not null references control.runs (id),
  path       text not null,
  ordinal    integer not null,
  kind       text not null,
  title      text not null default '',
  state      text not null,
  site       text,
  attempts   integer not null default 0,
  scheduled_at timestamptz,
  started_at timestamptz,
  ended_at   timestamptz,
  facts      jsonb not null default '{}',
  primary key (run, path)
);

create table control.projection (
  workflow_id text not null,
  engine_run  text not null,
  run         text not null references control.runs (id),
  last_event  bigint not null default 0,
  closed      boolean not null default false,
  primary key (workflow_id, engine_run)
);
create index projection_open on control.projection (run) where not closed;

create table control.schedules (
  id         text primary key,
  title      text not null default '',
  runbook    text not null references control.runbooks (name),
  grp        text,
  inputs     jsonb not null default '{}',
  calendar   text not null,
  time_zone  text not null default 'UTC',
  paused     boolean not null default false,
  created_by text not null,
  version    bigint not null default 1,
  synced     bigint not null default 0,
  created_at timestamptz not null default clock_timestamp(),
  removed_at timestamptz
);

create table control.events (
  seq     bigint primary key,
  at      timestamptz not null default clock_timestamp(),
  kind    text not null,
  subject text not null,
  run     text,
  site    text,
  grp     text,
  data    jsonb not null default '{}'
);
create index events_run on control.events (run, seq) where run is not null;

create table control.event_counter (
  only_row boolean primary key default true check (only_row),
  last     bigint not null default 0
);
insert into control.event_counter default values;
