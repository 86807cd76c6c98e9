-- A figure of a run: of its own result, or of the output of the one step that has it. Outputs are JSON texts by step.
create function control.output_of(result jsonb, field text) returns text language sql immutable as $$
  select coalesce(
    result ->> field,
    (select (o.value #>> '{}')::jsonb ->> field
     from jsonb_each(case when jsonb_typeof(result -> 'outputs') = 'object' then result -> 'outputs' else '{}'::jsonb end) o
     where jsonb_typeof(o.value) = 'string' and (o.value #>> '{}') like '{%' and strpos(o.value #>> '{}', field) > 0
     limit 1))
$$;

-- What was decided about a copy that diverged; the recovery point that keeps its writes names it.
alter table control.conflicts add column winner text check (winner in ('current', 'kept'));
