-- Which run made a recovery point: what a drill made for itself leaves the list with the drill's tear-down.
alter table control.recovery_points add column made_by text references control.runs (id);
create index recovery_points_made_by on control.recovery_points (made_by) where made_by is not null;

-- Points of drills that have ended well: their tear-down took them, and nobody had struck them off.
update control.recovery_points p set removed_at = r.ended_at
from control.runs r join control.workloads w on w.grp = r.grp
where p.reason = 'drill' and p.removed_at is null and p.workload = w.id and r.kind like 'drill-%'
  and r.state = 'succeeded' and p.at between r.requested_at and r.ended_at;
