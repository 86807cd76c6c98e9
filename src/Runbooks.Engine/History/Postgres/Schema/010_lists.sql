-- The default order of lists: open runs first, newest first; then closed ones, last closed first. Also the page key.
create index executions_listed on engine.executions
  (namespace, (coalesce(close_time, 'infinity'::timestamptz)) desc, start_time desc, run_id desc);
create index executions_by_attributes on engine.executions using gin (search_attributes);
