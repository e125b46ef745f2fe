#include "tests/support/invariant_queries.h"

namespace fleet::testing {
namespace {

// Counted from the rows. Grouped first, so that the table is scanned once. (Not a raw string: g++ 12 refuses one that
// spans lines in a macro.)
#define FLEET_COUNTED_TASKS                                                                                           \
  "with grouped as materialized ( "                                                                                   \
  "select fleet_id, state, outcome, category, count(*) as n, count(retry_at) as delayed, "                            \
  "count(retry_at) filter (where losses > 0) as suspects, "                                                           \
  "coalesce(sum(cost_micros), 0) as cost, count(cost_micros) as known, min(ordinal) as first, max(ordinal) as last, " \
  "min(ordinal) filter (where state = 1 and retry_at is null) as fresh "                                              \
  "from tasks group by fleet_id, state, outcome, category), "                                                         \
  "counted as ( "                                                                                                     \
  "select fleet_id, sum(n) as n, sum(cost) as cost, sum(known) as known, min(first) as first, max(last) as last, "    \
  "min(fresh) as fresh, coalesce(sum(delayed) filter (where state = 1), 0) as delayed, "                              \
  "coalesce(sum(suspects) filter (where state = 1), 0) as suspects, "                                                 \
  "coalesce(sum(n) filter (where state = 1), 0) as queued, "                                                          \
  "coalesce(sum(n) filter (where state between 2 and 6), 0) as active "                                               \
  "from grouped group by fleet_id) "

constexpr char kCounters[] = FLEET_COUNTED_TASKS R"sql(
  select format('fleet %s: its counter %s is %s, its rows say %s', f.fleet_id, r.name, r.recorded, c.n)
  from fleets f
  cross join lateral (values
    ('queued', 1, null, null, f.queued), ('submitted', 2, null, null, f.submitted),
    ('hydrating', 3, null, null, f.hydrating), ('running', 4, null, null, f.running),
    ('awaiting_approval', 5, null, null, f.awaiting_approval), ('finalizing', 6, null, null, f.finalizing),
    ('completed', 7, null, null, f.completed), ('failed', 8, null, null, f.failed),
    ('cancelled', 9, null, null, f.cancelled), ('timed_out', 10, null, null, f.timed_out),
    ('outcome_unspecified', 7, 0, null, f.outcome_unspecified),
    ('outcome_pull_request_opened', 7, 1, null, f.outcome_pull_request_opened),
    ('outcome_pull_request_updated', 7, 2, null, f.outcome_pull_request_updated),
    ('outcome_branch_pushed', 7, 3, null, f.outcome_branch_pushed),
    ('outcome_no_changes', 7, 4, null, f.outcome_no_changes),
    ('outcome_report_only', 7, 5, null, f.outcome_report_only),
    ('failures_auth', 8, null, 1, f.failures_auth), ('failures_network', 8, null, 2, f.failures_network),
    ('failures_concurrency', 8, null, 3, f.failures_concurrency), ('failures_compute', 8, null, 4, f.failures_compute),
    ('failures_agent', 8, null, 5, f.failures_agent), ('failures_guardrail', 8, null, 6, f.failures_guardrail),
    ('failures_config', 8, null, 7, f.failures_config), ('failures_timeout', 8, null, 8, f.failures_timeout),
    ('failures_blocked', 8, null, 9, f.failures_blocked), ('failures_unknown', 8, null, 10, f.failures_unknown)
  ) as r(name, state, outcome, category, recorded)
  cross join lateral (
    select coalesce(sum(g.n), 0) as n from grouped g
    where g.fleet_id = f.fleet_id and (g.state = r.state or r.category is not null and g.state = 10)
      and (r.outcome is null or g.outcome = r.outcome) and (r.category is null or g.category = r.category)) c
  where r.recorded <> c.n
  union all
  select format('fleet %s: its %s is %s, its rows say %s', f.fleet_id, r.name, r.recorded, r.actual)
  from fleets f left join counted c on c.fleet_id = f.fleet_id
  cross join lateral (values
    ('delayed', f.delayed, coalesce(c.delayed, 0)), ('suspects', f.suspects, coalesce(c.suspects, 0)), ('known_cost', f.known_cost, coalesce(c.known, 0)),
    ('cost_micros', f.cost_micros, coalesce(c.cost, 0)), ('expanded', f.expanded, coalesce(c.n, 0))
  ) as r(name, recorded, actual)
  where r.recorded <> r.actual
)sql";

constexpr char kRules[] = FLEET_COUNTED_TASKS R"sql(
  select format('fleet %s: %s', f.fleet_id, r.rule)
  from fleets f left join counted c on c.fleet_id = f.fleet_id
  cross join lateral (values
    ('its ordinals are not 1 to expanded', c.n is null or (c.first = 1 and c.last = f.expanded)),
    ('expanded is beyond total', f.expanded <= f.total),
    ('a fresh queued child stands before next_ordinal', c.fresh is null or c.fresh >= f.next_ordinal),
    ('next_ordinal is beyond expanded + 1', f.next_ordinal <= f.expanded + 1),
    ('it has ended with children queued or active', f.state < 6 or coalesce(c.queued + c.active, 0) = 0),
    ('it has ended before every child was enqueued',
      f.state < 6 or f.expanded = f.total or f.failure_message <> '' or f.open_targets),
    ('nothing is left to do, but it has not ended',
      f.state >= 6 or f.expanded < f.total or f.retrying or f.open_targets or coalesce(c.queued + c.active, 0) > 0),
    ('it was never sealed, but has children, or is to end and has not',
      not f.open_targets or f.expanded = 0 and c.n is null and (f.state in (8, 9)
        or f.state in (1, 4) and f.cancel_mode = 0 and not f.expired and f.failure_message = '')),
    ('it has no targets, but was sealed', f.open_targets or f.total > 0),
    ('its state and ended_at disagree', (f.state >= 6) = (f.ended_at is not null)),
    ('it is COMPLETED, but not every child is', f.state <> 6 or f.completed = f.total),
    ('it is PARTIAL_FAILURE, but none or all children completed', f.state <> 7 or f.completed between 1 and f.total - 1),
    ('it is FAILED, but a child completed', f.state <> 8 or f.completed = 0 or f.failure_message <> ''),
    ('it is CANCELLED, but nobody cancelled it', f.state <> 9 or f.cancel_mode <> 0)
  ) as r(rule, holds)
  where not r.holds
  union all
  select format('fleet %s has children but no row', c.fleet_id)
  from counted c where not exists (select from fleets f where f.fleet_id = c.fleet_id)
)sql";

// A feed may be trimmed at its start, and nowhere else.
constexpr char kFeed[] = R"sql(
  select format('fleet %s: its feed is not contiguous: %s rows from %s to %s, the revision is %s', f.fleet_id,
    c.n, c.first, c.last, f.revision)
  from fleets f left join (
    select fleet_id, count(*) as n, min(revision) as first, max(revision) as last from fleet_changes group by fleet_id
  ) c on c.fleet_id = f.fleet_id
  where c.n is null or c.last <> f.revision or c.n <> c.last - c.first + 1
)sql";

constexpr char kLiveLeases[] = R"sql(
  select format('child %s-%s is leased to runner %s, which is gone', t.fleet_id, t.ordinal, t.runner_id)
  from tasks t left join runners r on r.runner_id = t.runner_id
  where t.state between 2 and 6 and (r.state is null or r.state = 3)
  union all
  select format('child %s-%s is leased by a grant that is not there: nobody would miss it', t.fleet_id, t.ordinal)
  from tasks t
  where t.state between 2 and 6 and not exists (
    select from lease_grants g
    cross join lateral unnest(g.fleet_ids, g.ordinals, g.attempts) as l(fleet_id, ordinal, attempt)
    where g.runner_id = t.runner_id and l.fleet_id = t.fleet_id and l.ordinal = t.ordinal and l.attempt = t.attempt)
)sql";

// A child that lost its runner may take the next one with it: no two of them together.
constexpr char kIsolated[] = R"sql(
  select format('runner %s holds %s children that lost a runner before', runner_id, count(*))
  from tasks where state between 2 and 6 and losses > 0 group by runner_id having count(*) > 1
)sql";

constexpr char kDoubled[] = R"sql(
  select format('fleet %s: %s children stand for %s', fleet_id, count(*), lower(repo))
  from tasks group by fleet_id, lower(repo) having count(*) > 1
)sql";

constexpr char kOverlaps[] = R"sql(
  with attempts as (
    select fleet_id, ordinal, attempt, min(leased_at) as leased_at, max(ended_at) as ended_at from (
      select fleet_id, ordinal, attempt, leased_at, ended_at from task_attempts
      union all
      select fleet_id, ordinal, attempt, leased_at, ended_at from tasks where attempt > 0) a
    group by fleet_id, ordinal, attempt)
  select format('child %s-%s: attempt %s began before attempt %s ended', fleet_id, ordinal, attempt, earlier)
  from (select *, lag(ended_at) over child as earlier_end, lag(attempt) over child as earlier
    from attempts window child as (partition by fleet_id, ordinal order by attempt)) a
  where leased_at < earlier_end
)sql";

}  // namespace

const std::vector<InvariantQuery>& InvariantQueries() {
  static const std::vector<InvariantQuery> queries = {
      {{"checker_counters", kCounters}},       {{"checker_rules", kRules}},       {{"checker_feed", kFeed}},
      {{"checker_live_leases", kLiveLeases}},  {{"checker_isolated", kIsolated}}, {{"checker_doubled", kDoubled}, true},
      {{"checker_overlaps", kOverlaps}, true},
  };
  return queries;
}

}  // namespace fleet::testing
