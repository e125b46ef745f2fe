-- What workers claim, and who executes.

-- Work on a fleet for the workers, claimed with FOR UPDATE SKIP LOCKED; the cursor is saved with every step.
create table fleet_jobs (
  fleet_id uuid not null,
  kind smallint not null,  -- 1 expand, 2 sweep queued children, 3 end stragglers
  cursor int not null default 0,
  not_before timestamptz not null default clock_timestamp(),
  failures int not null default 0,
  last_error text not null default '',
  primary key (fleet_id, kind)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- One row. Whoever hands out slots, marks a runner lost or changes a limit holds it: per-pool locks admitted 160
-- children under a system cap of 100.
create table dispatch_gate (
  only_row boolean primary key default true check (only_row)
);
insert into dispatch_gate default values;

create table runners (
  runner_id uuid primary key,
  name text not null,
  owner text not null,
  pool text collate "C" not null,
  slots int not null,
  state smallint not null default 1,  -- 1 live, 2 lost and not yet cleared, 3 gone
  heartbeat_at timestamptz not null default clock_timestamp(),
  heartbeat_seq bigint not null default 0,
  received_lease_seq bigint not null default 0,
  registered_at timestamptz not null default clock_timestamp()
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
create index runners_present on runners (runner_id) where state <> 3;

-- What LeaseTasks answered: the same answer is given again when it was lost, and heartbeats find leases here.
create table lease_grants (
  runner_id uuid not null,
  lease_seq bigint not null,
  fleet_ids uuid[] not null,
  ordinals int[] not null,
  attempts int[] not null,
  granted_at timestamptz not null default clock_timestamp(),
  primary key (runner_id, lease_seq)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Which services were reachable, and since when without a gap: a runner is not lost for want of a service to hear it.
create table services (
  service_id uuid primary key,
  seen_at timestamptz not null,
  continuous_since timestamptz not null
);
