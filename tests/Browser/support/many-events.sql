-- Events as the control plane writes them, :count at once: runs that move, and sites that report.
with numbers as (update control.event_counter set last = last + :count returning last)
insert into control.events (seq, kind, subject, run, site, grp, data)
select last - :count + n, (array['run.state', 'step.ended', 'status.changed', 'protection.changed'])[n % 4 + 1], 'run_' || md5('many ' || n),
  'run_' || md5('many ' || n), null, null, '{}'
from numbers, generate_series(1, :count) n;
