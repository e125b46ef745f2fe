-- What operators control while a fleet runs, and the record of what they did. Columns of tasks are null where usual: a
-- null costs a child nothing.

alter table fleets
  add column deadline timestamptz,
  add column expired boolean not null default false,        -- its deadline passed before it ended
  add column pause_reasons smallint not null default 0,     -- bits: 1 user; `paused` says whether any is set
  add column paused_by text not null default '',
  add column suspects int not null default 0,               -- delayed children that lost a runner
  add column generation int not null default 1,
  add column queue_since timestamptz not null default clock_timestamp(),  -- the age of what waits counts from here
  add column retrying boolean not null default false,       -- a redrive job has children to return
  add constraint suspects_are_delayed check (suspects >= 0 and suspects <= delayed);

alter table tasks
  add column generation smallint,                           -- null: 1
  add column faults smallint,                               -- capacity faults of this generation; null: 0
  add column cancel_requested_at timestamptz;
-- Children that lost a runner go to runners that hold no other such child: the two kinds are picked apart, so that
-- neither is scanned past to find the other. `losses` changes only with retry_at, so no HOT update is lost.
create index tasks_due on tasks (fleet_id, retry_at) where retry_at is not null and losses = 0;
create index tasks_suspects on tasks (fleet_id, retry_at) where retry_at is not null and losses > 0;

alter table task_attempts
  add column reason smallint not null default 0,            -- FailureReason
  add column fingerprint text collate "C",                  -- of the failure; groups what failed alike
  add column generation smallint;

-- Redrives: a row each, from generation 2 on. What the generation runs with, and which children it took.
create table fleet_generations (
  fleet_id uuid not null,
  generation int not null,
  created_by text collate "C" not null,
  created_at timestamptz not null default clock_timestamp(),
  request_id text collate "C",
  request_fingerprint text,
  workflow_ref text not null,
  workflow_name text collate "C" not null,
  workflow_version text not null,
  task_description text not null,
  parameters text not null,
  states smallint[] not null,
  categories smallint[] not null,       -- empty: any
  fingerprints text[] not null,         -- empty: any
  repo_keys text[] not null,            -- empty: any
  retried int not null default 0,       -- children returned so far
  primary key (fleet_id, generation)
);
create unique index fleet_generations_request on fleet_generations (created_by, request_id)
  where request_id is not null;

alter table limits
  add column updated_at timestamptz,
  add column updated_by text not null default '';
insert into limits (name, value, description) values
  ('pool_active', 1000000, 'children in flight in one pool; more wait'),
  ('submit_rate_user', 600, 'fleets that one user may submit or retry in a minute; more are refused'),
  ('targets_per_fleet', 100000, 'repositories of one fleet; more are refused'),
  ('queue_age_seconds', 0, 'seconds a child may wait in the queue; then it fails; 0: no limit');

-- Exceptions from a limit, for one user or pool.
create table limit_overrides (
  name text collate "C" not null,
  scope text collate "C" not null,
  value bigint not null check (value >= 0),
  updated_at timestamptz not null default clock_timestamp(),
  updated_by text not null,
  primary key (name, scope)
);

-- The submit rate is a bucket of tokens, kept in the row that a submission locks anyway.
alter table users
  add column submit_tokens double precision,
  add column submit_at timestamptz;

-- Insert-only.
create table audit_events (
  event_id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  actor text not null,
  action text not null,
  fleet_id uuid,
  subject text not null default '',
  before text not null default '',      -- JSON objects
  after text not null default ''
);
create index audit_events_fleet on audit_events (fleet_id, event_id) where fleet_id is not null;
