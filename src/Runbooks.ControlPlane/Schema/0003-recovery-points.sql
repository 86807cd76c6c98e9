-- Calls whose answers become rows: kept between their scheduling and their end, because the end names only a number.
create table control.open_calls (
  workflow_id text   not null,
  engine_run  text   not null,
  event       bigint not null,
  activity    text   not null,
  target      text   not null,
  protection  text,
  reason      text,
  point       text,
  primary key (workflow_id, engine_run, event)
);
