-- What must reach the engine: written with the decision, sent afterwards, and sent again after a crash.
create table control.run_signals (
  id         text primary key,
  run        text not null references control.runs (id),
  name       text not null,
  argument   jsonb,
  created_at timestamptz not null default clock_timestamp(),
  sent_at    timestamptz,
  refused    text
);
create index run_signals_due on control.run_signals (created_at) where sent_at is null;

-- Events of the data path on their way to the procedure that lives with their protection.
create table control.forwards (
  site       text   not null,
  sequence   bigint not null,
  protection text   not null,
  event      jsonb  not null,
  sent_at    timestamptz,
  primary key (site, sequence)
);
create index forwards_due on control.forwards (site, sequence) where sent_at is null;

create table control.alerts (
  id       text primary key,
  at       timestamptz not null default clock_timestamp(),
  severity text not null,
  title    text not null,
  body     text not null,
  run      text
);

alter table control.run_steps add column question jsonb;
alter table control.runs add column approver_role text not null default 'approver';
alter table control.runs add column document text;
