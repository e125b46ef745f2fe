-- Fleets, their children, and the change feed. The layout is measured: docs/architecture.md says why each index that
-- one might miss is not there. States, outcomes and categories have the numbers of fleet.v1.

-- A creator's row is locked while a fleet of theirs is admitted.
create table users (
  user_name text collate "C" primary key
);

create table limits (
  name text collate "C" primary key,
  value bigint not null check (value >= 0),
  description text not null
);
insert into limits (name, value, description) values
  ('system_active', 2000, 'children in flight in the whole system; more wait'),
  ('user_active', 200, 'children in flight for one user; more wait'),
  ('fleet_active_default', 50, 'children in flight for a fleet that names no max_concurrency; more wait'),
  ('open_fleets_system', 10000, 'fleets that have not ended in the whole system; more are refused'),
  ('open_fleets_user', 1000, 'fleets that have not ended for one user; more are refused');

create table fleets (
  fleet_id uuid primary key,
  creator text collate "C" not null,
  request_id text collate "C",
  request_fingerprint text,
  pool text collate "C" not null,
  priority int not null default 0,
  max_concurrency int not null check (max_concurrency >= 1),
  task_timeout_ms bigint not null check (task_timeout_ms > 0),
  max_tries int not null check (max_tries >= 1),
  has_parameters boolean not null,  -- whether some child has parameters of its own

  state smallint not null,
  total int not null check (total >= 1),
  expanded int not null default 0,
  next_ordinal int not null default 1,
  queued int not null default 0 check (queued >= 0),
  submitted int not null default 0 check (submitted >= 0),
  hydrating int not null default 0 check (hydrating >= 0),
  running int not null default 0 check (running >= 0),
  awaiting_approval int not null default 0 check (awaiting_approval >= 0),
  finalizing int not null default 0 check (finalizing >= 0),
  completed int not null default 0 check (completed >= 0),
  failed int not null default 0 check (failed >= 0),
  cancelled int not null default 0 check (cancelled >= 0),
  timed_out int not null default 0 check (timed_out >= 0),
  delayed int not null default 0 check (delayed >= 0 and delayed <= queued),
  next_retry_at timestamptz,
  outcome_unspecified int not null default 0,
  outcome_pull_request_opened int not null default 0,
  outcome_pull_request_updated int not null default 0,
  outcome_branch_pushed int not null default 0,
  outcome_no_changes int not null default 0,
  outcome_report_only int not null default 0,
  failures_auth int not null default 0,
  failures_network int not null default 0,
  failures_concurrency int not null default 0,
  failures_compute int not null default 0,
  failures_agent int not null default 0,
  failures_guardrail int not null default 0,
  failures_config int not null default 0,
  failures_timeout int not null default 0,
  failures_blocked int not null default 0,
  failures_unknown int not null default 0,
  cost_micros bigint not null default 0,
  known_cost int not null default 0,
  duration_ms bigint not null default 0,

  revision bigint not null default 0,
  cancel_mode smallint not null default 0,
  cancelled_by text not null default '',
  paused boolean not null default false,
  failure_message text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,

  constraint counters_add_up check (
    queued + submitted + hydrating + running + awaiting_approval + finalizing
      + completed + failed + cancelled + timed_out = expanded
    and expanded <= total),
  constraint outcomes_add_up check (
    outcome_unspecified + outcome_pull_request_opened + outcome_pull_request_updated + outcome_branch_pushed
      + outcome_no_changes + outcome_report_only = completed),
  constraint failures_add_up check (
    failures_auth + failures_network + failures_concurrency + failures_compute + failures_agent + failures_guardrail
      + failures_config + failures_timeout + failures_blocked + failures_unknown = failed + timed_out),
  constraint ended_only_when_nothing_is_left check (
    (ended_at is not null) = (state >= 6)
    and (ended_at is null or (queued + submitted + hydrating + running + awaiting_approval + finalizing = 0
      and (expanded = total or failure_message <> ''))))
) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- Dispatch reads the open fleets. The predicate's column changes once in a fleet's life, so its updates stay HOT.
create index fleets_open on fleets (fleet_id) where ended_at is null;
create unique index fleets_request on fleets (creator, request_id) where request_id is not null;
create index fleets_creator on fleets (creator, fleet_id);

-- What does not change, kept out of the hot row.
create table fleet_intents (
  fleet_id uuid primary key,
  workflow_ref text not null,
  workflow_name text collate "C" not null,
  workflow_version text not null,
  task_description text not null,
  parameters text not null  -- JSON object
);

-- The frozen targets, a row a chunk: expansion unpacks one chunk a step.
create table fleet_targets (
  fleet_id uuid not null,
  chunk int not null,
  first_ordinal int not null,
  repos text[] not null,
  parameters text[],  -- JSON objects or nulls; absent if no child of the chunk has any
  primary key (fleet_id, chunk)
);

-- No index on a column that changes, so that every step of a child is a HOT update: state, attempt and runner are
-- reached by primary key. No foreign keys either (multixacts, lock traffic). The one partial index holds children that
-- wait out a backoff.
create table tasks (
  fleet_id uuid not null,
  ordinal int not null,
  attempt int not null default 0,
  state smallint not null default 1,
  outcome smallint not null default 0,
  category smallint not null default 0,
  tries smallint not null default 0,
  losses smallint not null default 0,
  runner_id uuid,
  retry_at timestamptz,
  leased_at timestamptz,
  ended_at timestamptz,
  cost_micros bigint,
  duration_ms bigint,
  repo text collate "C" not null,
  pull_request_url text,
  commit_id text,
  primary key (fleet_id, ordinal),
  unique (fleet_id, repo)
) with (fillfactor = 30, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05);
create index tasks_retry on tasks (fleet_id, retry_at) where retry_at is not null;

-- Parameters of single children; insert-only.
create table task_parameters (
  fleet_id uuid not null,
  ordinal int not null,
  parameters text not null,
  primary key (fleet_id, ordinal)
);

-- Ended attempts that left words behind, or did not end their child; insert-only. Facts of the last attempt that are
-- not here are in tasks.
create table task_attempts (
  fleet_id uuid not null,
  ordinal int not null,
  attempt int not null,
  runner_id uuid,
  state smallint not null,  -- how the attempt ended
  category smallint not null default 0,
  cost_micros bigint,
  leased_at timestamptz,
  ended_at timestamptz not null,
  message text not null default '',
  summary text not null default '',
  log_tail text not null default '',
  primary key (fleet_id, ordinal, attempt)
);

-- One row per committed change of a fleet: gap-free and in commit order, since its number is taken under the fleet's
-- lock. The children it changed are ordinals, or first_ordinal to last_ordinal; both absent if it changed none.
create table fleet_changes (
  fleet_id uuid not null,
  revision bigint not null,
  first_ordinal int,
  last_ordinal int,
  ordinals int[],
  primary key (fleet_id, revision)
);
