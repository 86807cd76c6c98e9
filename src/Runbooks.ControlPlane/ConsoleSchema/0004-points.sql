-- Who keeps a recovery point, and why; both are absent while nobody does. The run that is dropping it, while it does.
alter table control.recovery_points
  add column kept_by text, add column kept_reason text, add column dropping text references control.runs (id);
