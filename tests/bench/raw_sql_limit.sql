-- The hot path reduced to what it costs the database: a fleet's row, its children, a change row a batch. Three steps
-- like Fleet's own (expand, lease, report), each a procedure that commits a batch at a time inside the server: no
-- client, no network, no caps, no leases to write down. Nothing that uses this layout can be faster on one connection.
create schema raw_limit;

create table raw_limit.fleets (
  fleet_id uuid primary key,
  total int not null,
  expanded int not null default 0,
  next_ordinal int not null default 1,
  queued int not null default 0,
  active int not null default 0,
  completed int not null default 0,
  revision bigint not null default 0
) with (fillfactor = 30);

create table raw_limit.tasks (
  fleet_id uuid not null,
  ordinal int not null,
  attempt int not null default 0,
  state smallint not null default 1,
  outcome smallint not null default 0,
  runner_id uuid,
  retry_at timestamptz,
  leased_at timestamptz,
  ended_at timestamptz,
  cost_micros bigint,
  repo text collate "C" not null,
  pull_request_url text,
  primary key (fleet_id, ordinal),
  unique (fleet_id, repo)
) with (fillfactor = 30);
create index on raw_limit.tasks (fleet_id, retry_at) where retry_at is not null;

create table raw_limit.changes (
  fleet_id uuid not null,
  revision bigint not null,
  first_ordinal int not null,
  last_ordinal int not null,
  primary key (fleet_id, revision)
);

create procedure raw_limit.expand(fleet uuid, batch int) language plpgsql as $$
declare
  until int := 0;
  children int;
begin
  select total into children from raw_limit.fleets where fleet_id = fleet;
  while until < children loop
    insert into raw_limit.tasks (fleet_id, ordinal, repo)
      select fleet, n, 'bench/repo-' || lpad(n::text, 6, '0')
      from generate_series(until + 1, least(until + batch, children)) n
      on conflict do nothing;
    with written as (
      update raw_limit.fleets set expanded = least(until + batch, children),
        queued = queued + least(until + batch, children) - until, revision = revision + 1
      where fleet_id = fleet returning revision)
    insert into raw_limit.changes select fleet, revision, until + 1, least(until + batch, children) from written;
    until := least(until + batch, children);
    commit;
  end loop;
end $$;

create procedure raw_limit.lease(fleet uuid, runner uuid, batch int) language plpgsql as $$
declare
  first int;
  moved int;
begin
  loop
    select next_ordinal into first from raw_limit.fleets where fleet_id = fleet for no key update;
    update raw_limit.tasks set state = 2, attempt = attempt + 1, runner_id = runner, leased_at = clock_timestamp()
      where fleet_id = fleet and ordinal between first and first + batch - 1 and state = 1;
    get diagnostics moved = row_count;
    exit when moved = 0;
    with written as (
      update raw_limit.fleets set queued = queued - moved, active = active + moved, next_ordinal = first + moved,
        revision = revision + 1
      where fleet_id = fleet returning revision)
    insert into raw_limit.changes select fleet, revision, first, first + moved - 1 from written;
    commit;
  end loop;
end $$;

-- Each report names a lease, as a runner's does.
create procedure raw_limit.report(fleet uuid, runner uuid, batch int) language plpgsql as $$
declare
  first int := 1;
  moved int;
begin
  loop
    perform from raw_limit.fleets where fleet_id = fleet for no key update;
    update raw_limit.tasks t set state = 7, outcome = 1, ended_at = clock_timestamp(), cost_micros = 250000,
        pull_request_url = r.url
      from (select n as ordinal, 1 as attempt, 'https://git.example.com/bench/repo-' || lpad(n::text, 6, '0') || '/pull/1'
            from generate_series(first, first + batch - 1) n) as r(ordinal, attempt, url)
      where t.fleet_id = fleet and t.ordinal = r.ordinal and t.attempt = r.attempt and t.runner_id = runner
        and t.state between 2 and 6;
    get diagnostics moved = row_count;
    exit when moved = 0;
    with written as (
      update raw_limit.fleets set active = active - moved, completed = completed + moved, revision = revision + 1
      where fleet_id = fleet returning revision)
    insert into raw_limit.changes select fleet, revision, first, first + moved - 1 from written;
    first := first + moved;
    commit;
  end loop;
end $$;
