-- The audit chain. Rows are only ever inserted; every column beside record and hash is derived from the record's own
-- text, so that there is no second truth an edit could hide in.
create schema if not exists audit;

create table audit.records (
  sequence  bigint primary key check (sequence > 0),
  record    text   not null,
  hash      text   not null check (hash ~ '^[0-9a-f]{64}$'),
  id        text   not null generated always as ((record::jsonb) ->> 'id') stored unique,
  kind      text   not null generated always as ((record::jsonb) ->> 'kind') stored,
  actor     text   not null generated always as ((record::jsonb) #>> '{actor,id}') stored,
  subject   text   not null generated always as ((record::jsonb) #>> '{subject,id}') stored,
  run       text            generated always as ((record::jsonb) ->> 'run') stored,
  site      text            generated always as ((record::jsonb) ->> 'site') stored,
  grp       text            generated always as ((record::jsonb) ->> 'group') stored,
  check (((record::jsonb) ->> 'sequence')::bigint = sequence)
);
create index records_run on audit.records (run, sequence) where run is not null;
create index records_subject on audit.records (subject, sequence);
create index records_kind on audit.records (kind, sequence);

create table audit.heads (
  sequence  bigint not null,
  statement text   not null,
  signature bytea  not null,
  primary key (sequence, statement)
);

create table audit.keys (
  key_id     text primary key,
  public_pem text not null
);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit rows are append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name
    using errcode = 'insufficient_privilege';
end $$;

create trigger records_append_only before update or delete on audit.records
  for each row execute function audit.refuse_change();
create trigger records_no_truncate before truncate on audit.records
  for each statement execute function audit.refuse_change();
create trigger heads_append_only before update or delete on audit.heads
  for each row execute function audit.refuse_change();
create trigger heads_no_truncate before truncate on audit.heads
  for each statement execute function audit.refuse_change();
create trigger keys_append_only before update or delete on audit.keys
  for each row execute function audit.refuse_change();
create trigger keys_no_truncate before truncate on audit.keys
  for each statement execute function audit.refuse_change();
