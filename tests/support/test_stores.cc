#include "tests/support/test_stores.h"

#include <pqxx/pqxx>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/domain/bounds.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

constexpr char kRegister[] = R"sql(
  insert into repositories (repo_key, repo, clone_url)
  select format('org/repo-%%s', to_char(n, 'FM000000')), format('org/repo-%%s', to_char(n, 'FM000000')),
    format('https://git.invalid/org/repo-%%s.git', to_char(n, 'FM000000'))
  from generate_series(1, %d) n;
  insert into workflows (name, major, minor, patch, definition, created_by)
  values ('test/noop-v1', 1, 0, 0, '{"title":"Nothing","steps":[{"name":"nothing","command":["true"]}]}', 'test')
)sql";

void OrThrow(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

template <typename T>
T OrThrow(absl::StatusOr<T> value) {
  OrThrow(value.status());
  return *std::move(value);
}

}  // namespace

TestStores::TestStores(const std::string& database_url, int repositories, std::function<double()> jitter)
    : url(database_url),
      pool(database_url, 32),
      catalog(pool),
      fleets(pool),
      tasks(pool),
      controls(pool),
      redrives(pool),
      jobs(pool),
      dispatch(pool),
      details(pool),
      reports(pool, std::move(jitter)),
      runners(pool),
      feed(pool) {
  Sql(absl::StrFormat(kRegister, repositories));
}

std::string TestStores::RepoName(int number) { return absl::StrFormat("org/repo-%06d", number); }

store::NewFleet TestStores::NewFleet(const FleetOptions& options) const {
  store::NewFleet fleet;
  fleet.id = domain::Ulid::Generate(absl::Now());
  fleet.request_id = options.request_id;
  fleet.request_fingerprint = absl::StrCat("targets ", options.targets);
  fleet.pool = domain::kDefaultPool;
  fleet.workflow = *domain::WorkflowRef::Parse(kWorkflow);
  for (int i = 1; i <= options.targets; ++i) fleet.targets.push_back({RepoName(i), ""});
  fleet.policy.max_concurrency = options.max_concurrency;
  fleet.policy.task_timeout = absl::Hours(1);
  fleet.policy.max_tries = options.max_tries;
  return fleet;
}

domain::Ulid TestStores::CreateFleet(const FleetOptions& options) {
  return OrThrow(fleets.Create({options.creator}, NewFleet(options))).record.fleet.id;
}

void TestStores::ExpandAll() {
  while (OrThrow(jobs.RunStep(store::JobKind::kExpand)).has_value()) continue;
}

void TestStores::SweepAll() {
  while (OrThrow(jobs.RunStep(store::JobKind::kSweep)).has_value()) continue;
}

domain::Fleet TestStores::GetFleet(const domain::Ulid& fleet_id) { return OrThrow(fleets.Get(kAlice, fleet_id)).fleet; }

domain::Task TestStores::GetTask(const domain::TaskId& id) {
  const store::TaskPage page = OrThrow(tasks.List(kAlice, id.fleet_id, {}, id.ordinal - 1, 1));
  if (page.tasks.empty()) throw std::runtime_error("no such child");
  return page.tasks[0].task;
}

domain::Ulid TestStores::RegisterRunner() {
  const domain::Ulid id = domain::Ulid::Generate(absl::Now());
  OrThrow(runners.Register({id, "runner", "alice", "default", domain::kMaxSlots}));
  return id;
}

store::LeaseAnswer TestStores::Lease(const domain::Ulid& runner_id, int64_t lease_seq, int32_t max_tasks) {
  return OrThrow(dispatch.Dispatch({{runner_id, lease_seq, max_tasks}}))[0];
}

store::ReportAnswer TestStores::Report(const domain::Ulid& runner_id, const store::GrantedTask& task,
                                       domain::TaskState state, domain::FailureCategory category) {
  domain::TaskReport report;
  report.task = task.id;
  report.attempt = task.attempt;
  report.runner_id = runner_id;
  report.state = state;
  report.category = category;
  if (state == domain::TaskState::kCompleted) report.outcome = domain::Outcome::kNoChanges;
  return OrThrow(reports.Apply({report}))[0];
}

absl::StatusOr<std::vector<store::StopOrder>> TestStores::Heartbeat(const domain::Ulid& runner_id, int64_t seq,
                                                                    std::vector<store::GrantedTask> held,
                                                                    int64_t received) {
  return runners.Heartbeat({runner_id, seq, std::move(held), received});
}

void TestStores::SetCancelGrace(absl::Duration grace) const {
  Sql(absl::StrCat("update limits set value = ", absl::ToInt64Milliseconds(grace), " where name = 'cancel_grace_ms'"));
}

std::string TestStores::Sql(const std::string& statements) const {
  pqxx::connection connection(url);
  pqxx::work work(connection);
  const pqxx::result result = work.exec(statements);
  work.commit();
  if (result.empty() || result[0].empty() || result[0][0].is_null()) return "";
  return result[0][0].c_str();
}

bool TestStores::AwaitLockWaiters(int sessions) const {
  return WaitUntil([&] {
    return Sql(absl::StrCat(
               "select count(*) >= ", sessions,
               " from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")) == "t";
  });
}

}  // namespace fleet::testing
