-- Fleets that ended long ago, as the service would have left them. `history` loads the children by COPY from
-- bench_history.children, the rest of each fleet by bench_history.end_fleet.
create schema bench_history;

-- An id whose time is that of the fleet's submission.
create function bench_history.fleet_id(began timestamptz, number int) returns uuid language sql as $$
  select (lpad(to_hex((extract(epoch from began) * 1000)::bigint), 12, '0') || substr(md5(number::text), 1, 20))::uuid
$$;

-- What is written of a child while it lives. Of 100 children 3 failed, and 2 completed with their second attempt. They
-- went in batches of 500, a batch a runner.
create function bench_history.children(fleet uuid, began timestamptz, total int)
  returns table (fleet_id uuid, ordinal int, attempt int, state smallint, outcome smallint, category smallint,
    tries smallint, runner_id uuid, leased_at timestamptz, ended_at timestamptz, cost_micros bigint, duration_ms bigint,
    repo text, commit_id text)
  language sql as $$
  select fleet, n, 1 + again::int, case when failed then 8 else 7 end, case when failed then 0 else 3 end,
    case when failed then 5 else 0 end, (failed or again)::int, md5('runner' || n / 500)::uuid,
    ended - interval '90 s', ended, 250000, 90000, 'bench/repo-' || lpad(n::text, 6, '0'),
    case when not failed then md5(n::text) || 'c0ffee00' end
  from generate_series(1, total) as n
  cross join lateral (select n % 100 < 3 as failed, n % 100 in (3, 4) as again,
    began + interval '2 min' + n / 500 * interval '1 s' as ended) as c
$$;

-- Once its children are there: the fleet's counters are counted from them, and its change rows but for the last are gone,
-- as they are when the feed is trimmed.
create procedure bench_history.end_fleet(fleet uuid, began timestamptz, chunk int) language plpgsql as $$
begin
  insert into fleets (fleet_id, creator, request_fingerprint, pool, max_concurrency, task_timeout_ms, max_tries,
      has_parameters, state, total, expanded, next_ordinal, completed, failed, outcome_branch_pushed, failures_agent,
      cost_micros, known_cost, duration_ms, revision, created_at, updated_at, started_at, ended_at)
    select fleet, 'history', '', 'default', 500, 3600000, 3, false,
      case when min(state) = 8 then 8 when max(state) = 8 then 7 else 6 end, count(*), count(*), count(*) + 1, count(*) filter (where state = 7), count(*) filter (where state = 8),
      count(*) filter (where outcome = 3), count(*) filter (where category = 5), sum(cost_micros), count(cost_micros),
      sum(duration_ms), 1 + count(*) / chunk + count(*) / 250, began, max(ended_at), min(leased_at), max(ended_at)
    from tasks where fleet_id = fleet;
  insert into fleet_intents (fleet_id, workflow_ref, workflow_name, workflow_version, task_description, parameters)
    values (fleet, 'bench/no-op-v1', 'bench/no-op-v1', '1.0.0', 'measure', '{}');
  insert into fleet_targets (fleet_id, chunk, first_ordinal, repos)
    select fleet, (ordinal - 1) / end_fleet.chunk, min(ordinal), array_agg(repo order by ordinal)
    from tasks where fleet_id = fleet group by (ordinal - 1) / end_fleet.chunk;
  insert into fleet_changes (fleet_id, revision, first_ordinal, last_ordinal)
    select fleet, revision, greatest(1, total - 499), total from fleets where fleet_id = fleet;
  insert into task_attempts (fleet_id, ordinal, attempt, runner_id, state, category, cost_micros, leased_at, ended_at,
      message, log_tail, fingerprint)
    select fleet, ordinal, 1, runner_id, 8, case when state = 8 then 5 else 2 end, cost_micros, leased_at, ended_at,
      'step 1 of 1 ended with exit code 1', repeat('a line of what the step printed before it failed' || e'\n', 10),
      substr(md5(category::text), 1, 16)
    from tasks where fleet_id = fleet and tries > 0;
end $$;

-- The fill factor with which ended children lie on pages as those do that were inserted with the table's own, and grew.
-- COPY would leave once more the room that each has used by then.
create function bench_history.fill_factor() returns int language plpgsql as $$
declare
  fleet constant uuid := '00000000-0000-0000-0000-000000000000';
  pages_inserted bigint;
  pages_ended bigint;
begin
  insert into tasks (fleet_id, ordinal, repo)
    select fleet, n, 'bench/repo-' || lpad(n::text, 6, '0') from generate_series(1, 20000) as n;
  pages_inserted := pg_relation_size('tasks');
  truncate tasks;
  alter table tasks set (fillfactor = 100);
  insert into tasks (fleet_id, ordinal, attempt, state, outcome, category, tries, runner_id, leased_at, ended_at,
      cost_micros, duration_ms, repo, commit_id)
    select * from bench_history.children(fleet, now(), 20000);
  pages_ended := pg_relation_size('tasks');
  truncate tasks;
  return greatest(10, least(100, ceil(100.0 * pages_ended / pages_inserted)));
end $$;

-- What the counters and the rows of a fleet disagree on; no row if they agree.
create view bench_history.wrong_fleets as
  select f.fleet_id from fleets f left join (
    select fleet_id, count(*) as n, count(*) filter (where state = 7) as completed,
      count(*) filter (where state = 8) as failed, sum(cost_micros) as cost_micros
    from tasks group by fleet_id) t on t.fleet_id = f.fleet_id
  where (f.total, f.expanded, f.completed, f.failed, f.cost_micros)
    is distinct from (t.n, t.n, t.completed, t.failed, t.cost_micros);

-- Bytes of each table, and of its indexes.
create view bench_history.sizes as
  select relname as name, pg_table_size(oid) as heap, pg_indexes_size(oid) as indexes
  from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace;
