-- The engine's tables. One transition of a run is one transaction over: run_states (compare-and-swap on version),
-- history_batches (append only), executions (what lists show; written at start, close and attribute changes) and
-- current_executions (which run of a workflow id is current). Tasks, timers and cross-run work live inside the run's
-- state: pending_dispatch and next_deadline tell a restarting owner which open runs need attention.
create schema if not exists engine;

create table engine.owner (
  shard      int primary key,
  epoch      bigint not null,
  owner      text not null,
  renewed_at timestamptz not null
);

create table engine.namespaces (
  name              text primary key,
  id                uuid not null unique,
  state             smallint not null default 1,
  description       text not null default '',
  owner_email       text not null default '',
  data              jsonb not null default '{}',
  retention_seconds bigint not null,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now()
);

create table engine.search_attributes (
  namespace text not null,
  name      text not null,
  type      smallint not null,
  primary key (namespace, name)
);

-- The hot row of a run. Only open is indexed, so that an intermediate transition stays a heap-only update.
create table engine.run_states (
  run_id           uuid primary key,
  namespace        text not null,
  workflow_id      text not null,
  version          bigint not null,
  open             boolean not null,
  pending_dispatch boolean not null,
  next_deadline    timestamptz,
  state            bytea not null
) with (fillfactor = 70);
create index run_states_open on engine.run_states (run_id) where open;

create table engine.history_batches (
  run_id         uuid not null,
  first_event_id bigint not null,
  event_count    int not null,
  events         bytea not null,
  primary key (run_id, first_event_id)
);

create table engine.current_executions (
  namespace   text not null,
  workflow_id text not null,
  run_id      uuid not null,
  primary key (namespace, workflow_id)
);

-- status is temporal.api.enums.v1.WorkflowExecutionStatus; memo and search_attributes_raw are the protocol messages as
-- stored, search_attributes the decoded values for queries. history_length and history_size are final at close.
create table engine.executions (
  run_id                uuid primary key,
  namespace             text not null,
  workflow_id           text not null,
  workflow_type         text not null,
  task_queue            text not null,
  status                smallint not null,
  start_time            timestamptz not null,
  execution_time        timestamptz not null,
  close_time            timestamptz,
  history_length        bigint not null default 0,
  history_size          bigint not null default 0,
  state_transitions     bigint not null default 0,
  memo                  bytea not null,
  search_attributes     jsonb not null,
  search_attributes_raw bytea not null,
  parent_workflow_id    text,
  parent_run_id         uuid,
  root_workflow_id      text not null,
  root_run_id           uuid not null,
  first_run_id          uuid not null
);
create index executions_by_start on engine.executions (namespace, start_time desc, run_id desc);
create index executions_by_close on engine.executions (namespace, close_time desc) where close_time is not null;
create index executions_by_status on engine.executions (namespace, status, start_time desc);
create index executions_by_type on engine.executions (namespace, workflow_type, start_time desc);
create index executions_by_workflow on engine.executions (namespace, workflow_id, start_time desc);

-- Every writing transaction first takes the shared side of the fence, then reads the epoch in a later snapshot. A new
-- owner takes the exclusive side before it raises the epoch, so no write of the old owner can commit after that.
create function engine.assert_owner(p_shard int, p_epoch bigint) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(7254, p_shard);
  perform 1 from engine.owner where shard = p_shard and epoch = p_epoch;
  if not found then
    raise exception 'epoch % of shard % is over', p_epoch, p_shard using errcode = 'RBE01';
  end if;
end $$;

create function engine.save_run_state(
  p_run uuid, p_version bigint, p_open boolean, p_pending boolean, p_deadline timestamptz, p_state bytea
) returns void language plpgsql as $$
begin
  update engine.run_states
     set version = version + 1, open = p_open, pending_dispatch = p_pending, next_deadline = p_deadline,
         state = p_state
   where run_id = p_run and version = p_version;
  if not found then
    raise exception 'run % is not at version %', p_run, p_version using errcode = 'RBE02';
  end if;
end $$;

create function engine.set_current_run(p_namespace text, p_workflow text, p_run uuid, p_expected uuid)
returns void language plpgsql as $$
begin
  insert into engine.current_executions as c (namespace, workflow_id, run_id)
  values (p_namespace, p_workflow, p_run)
  on conflict (namespace, workflow_id) do update set run_id = excluded.run_id where c.run_id = p_expected;
  if not found then
    raise exception 'current run of % is not the expected one', p_workflow using errcode = 'RBE03';
  end if;
end $$;
