-- A fleet whose targets come in parts is open until it is sealed; before that it has no child, and may have no target.
alter table fleets
  add column open_targets boolean not null default false,
  drop constraint fleets_total_check,
  add constraint there_are_targets check (total >= 1 or (open_targets and total = 0)),
  drop constraint ended_only_when_nothing_is_left,
  add constraint ended_only_when_nothing_is_left check (
    (ended_at is not null) = (state >= 6)
    and (ended_at is null or (queued + submitted + hydrating + running + awaiting_approval + finalizing = 0
      and (expanded = total or failure_message <> '' or open_targets)))),
  add constraint no_child_before_the_seal check (not open_targets or expanded = 0);

-- The parts that a fleet has, for those that are sent again. Their targets are in fleet_targets, with all others.
create table fleet_parts (
  fleet_id uuid not null,
  part int not null,
  fingerprint text not null,  -- of its targets
  primary key (fleet_id, part)
);
