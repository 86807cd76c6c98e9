-- One row per schedule: what was asked for (schedule), what is shown (info), what drives it (progress). version is the
-- conflict token. Starts carry a request id that was committed here first, so a repeated start is the same start.
create table engine.schedules (
  namespace         text not null,
  schedule_id       text not null,
  version           bigint not null,
  schedule          bytea not null,
  info              bytea not null,
  progress          jsonb not null,
  memo              bytea not null,
  search_attributes_raw bytea not null,
  search_attributes jsonb not null,
  primary key (namespace, schedule_id)
);
