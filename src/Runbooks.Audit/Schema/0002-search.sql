-- Searching a long chain: what people narrow it by has an index each. Words are looked for in the records that are left,
-- a bounded number at a time (AuditReader); an index of every word would cost each record more than it brings a search.
create index records_actor on audit.records (actor, sequence);
create index records_grp on audit.records (grp, sequence) where grp is not null;
create index records_at on audit.records (((record::jsonb) ->> 'at') collate "C", sequence);
create index records_outcome on audit.records (((record::jsonb) ->> 'outcome'), sequence)
  where ((record::jsonb) ->> 'outcome') <> 'success';
