#include "tests/model/model_observation.h"

#include <cstdlib>
#include <pqxx/pqxx>

namespace fleet::testing {
namespace {

// (Not a raw string: g++ 12 refuses one that spans lines in a macro.)
#define MICROS(column) "(extract(epoch from " column ") * 1000000)::bigint"

constexpr char kObserve[] =
    "with f as materialized (select * from fleets where xmin::text::bigint >= $1) "
    "select 0, null::uuid, 0::bigint, array[" MICROS("clock_timestamp()") R"sql(,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint % 4294967296,
    (select count(*) from lease_grants), (select count(*) from runners),
    (select count(*) from audit_events)], ''
  union all
  select 1, fleet_id, 0, array[priority, max_concurrency, max_tries, state, total, expanded, next_ordinal,
    queued, submitted, hydrating, running, awaiting_approval, finalizing, completed, failed, cancelled, timed_out,
    outcome_unspecified, outcome_pull_request_opened, outcome_pull_request_updated, outcome_branch_pushed,
    outcome_no_changes, outcome_report_only,
    failures_auth, failures_network, failures_concurrency, failures_compute, failures_agent, failures_guardrail,
    failures_config, failures_timeout, failures_blocked, failures_unknown,
    delayed, known_cost, cost_micros, duration_ms, revision, cancel_mode, paused::int, (failure_message <> '')::int,
    suspects, pause_reasons, generation, retrying::int, expired::int, open_targets::int, )sql" MICROS("deadline") R"sql(,
    )sql" MICROS("queue_since") "," MICROS("next_retry_at") "," MICROS("started_at") "," MICROS("ended_at") "," MICROS(
        "updated_at") R"sql(],
    concat_ws('|', creator, pool, cancelled_by)
  from f
  union all
  select 2, t.fleet_id, t.ordinal, array[t.state, t.outcome, t.category, t.attempt, t.tries, t.losses, t.cost_micros,
    t.duration_ms, )sql" MICROS("t.retry_at") "," MICROS("t.leased_at") "," MICROS("t.ended_at") R"sql(,
    coalesce(t.generation, 1), coalesce(t.faults, 0), (t.cancel_requested_at is not null)::int],
    concat_ws('|', coalesce(t.runner_id::text, ''), t.repo, coalesce(t.pull_request_url, ''), coalesce(t.commit_id, ''))
  from f join tasks t on t.fleet_id = f.fleet_id where t.xmin::text::bigint >= $1
  union all
  select 3, c.fleet_id, c.revision, array[c.first_ordinal, c.last_ordinal], coalesce(c.ordinals::text, '')
  from f join fleet_changes c on c.fleet_id = f.fleet_id where c.xmin::text::bigint >= $1
  union all
  select 4, a.fleet_id, a.ordinal, array[a.attempt, a.state, a.category, a.cost_micros, coalesce(a.generation, 1)],
    coalesce(a.runner_id::text, '')
  from f join task_attempts a on a.fleet_id = f.fleet_id where a.xmin::text::bigint >= $1
  union all
  select 5, runner_id, 0, array[state, slots, heartbeat_seq, received_lease_seq], pool
  from runners where xmin::text::bigint >= $1
  union all
  select 6, fleet_id, kind, array[cursor, failures, )sql" MICROS("not_before") R"sql(], '' from fleet_jobs
  union all
  select 7, runner_id, lease_seq, '{}', fleet_ids::text || ordinals::text || attempts::text
  from lease_grants where xmin::text::bigint >= $1
)sql";

}  // namespace

struct ModelDatabase::Connection {
  explicit Connection(const std::string& url) : connection(url), work(connection) {
    // The plan is the same whatever was asked for: making it takes longer than the query.
    work.exec("set plan_cache_mode = force_generic_plan");
    connection.prepare("observe", kObserve);
  }
  pqxx::connection connection;
  pqxx::nontransaction work;
};

ModelDatabase::ModelDatabase(const std::string& url) : connection_(std::make_unique<Connection>(url)) {}
ModelDatabase::~ModelDatabase() = default;

Observation ModelDatabase::Observe(int64_t since) {
  const pqxx::result result = connection_->work.exec_prepared("observe", since);
  Observation observation;
  observation.rows.reserve(result.size());
  for (const auto& row : result) {
    std::vector<std::optional<int64_t>> values = ParseNumbers(row[3].c_str());
    const auto kind = static_cast<ObservedRow::Kind>(row[0].as<int>());
    if (kind == ObservedRow::Kind::kPresent) {
      observation.now_micros = *values[0];
      observation.horizon = *values[1];
      observation.grants = *values[2];
      observation.runners = *values[3];
      observation.audits = *values[4];
      continue;
    }
    observation.rows.push_back({kind, domain::Ulid::FromUuid(row[1].c_str()).value_or(domain::Ulid()),
                                row[2].as<int64_t>(), std::move(values), row[4].c_str()});
  }
  return observation;
}

void ModelDatabase::Execute(const std::string& statements) { connection_->work.exec(statements); }

std::vector<std::optional<int64_t>> ParseNumbers(const char* text) {
  std::vector<std::optional<int64_t>> numbers;
  for (const char* at = text; *at != '\0' && *at != '}';) {
    ++at;  // '{' or ','
    if (*at == '}') break;
    if (*at == 'N') {
      numbers.push_back(std::nullopt);
      at += 4;
    } else {
      char* end = nullptr;
      numbers.push_back(std::strtoll(at, &end, 10));
      at = end;
    }
  }
  return numbers;
}

}  // namespace fleet::testing
