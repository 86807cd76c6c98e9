-- What an administrator may set for the whole installation; absent rows mean the defaults of SettingsStore.
create table control.settings (
  only_row   boolean primary key default true check (only_row),
  document   jsonb  not null,
  version    bigint not null default 1,
  changed_by text   not null,
  changed_at timestamptz not null default clock_timestamp()
);

-- The plan a run was started with: for-each unfolded over the group as it was then.
alter table control.runs add column plan jsonb;

-- Autosaved states of a draft, newest first by number; the draft itself stays in control.runbooks.
create table control.runbook_revisions (
  name     text    not null references control.runbooks (name),
  revision bigint  not null,
  document text    not null,
  hash     text    not null,
  author   text    not null,
  at       timestamptz not null default clock_timestamp(),
  primary key (name, revision)
);

-- Where the designer drew the steps: beside the document, never inside its hash. Number 0 is the draft.
create table control.runbook_layouts (
  name       text    not null references control.runbooks (name),
  number     integer not null,
  layout     jsonb   not null,
  version    bigint  not null default 1,
  updated_at timestamptz not null default clock_timestamp(),
  primary key (name, number)
);
