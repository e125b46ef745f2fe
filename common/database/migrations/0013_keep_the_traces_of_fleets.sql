-- Where a fleet belongs in somebody's trace: the W3C traceparent that it was submitted below. Empty: it is not traced.
alter table fleets add column traceparent text not null default '';

-- Generations of sampled fleets that ended and whose spans workers have yet to tell of: written with the end, deleted with
-- the last of them. What ran in between is in tasks and task_attempts, so nothing is written for it.
create table fleet_traces (
  fleet_id uuid not null,
  generation int not null,
  state smallint not null,           -- in which the generation ended
  began_at timestamptz not null,     -- submitted or retried
  ended_at timestamptz not null,
  told_ordinal int not null default 0,  -- children up to this one were told of
  primary key (fleet_id, generation)
);
