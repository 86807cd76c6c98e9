-- What the engine's schedule of a protection's recovery points says: seconds between two; null while it has none.
alter table control.protections add column points_every double precision;

-- Off the list, and still at its site: the next firing of the schedule drops it there.
alter table control.recovery_points add column to_drop boolean not null default false;
create index recovery_points_to_drop on control.recovery_points (protection) where to_drop;
