// The stores on a test's database, and the short words that tests of them need.
#ifndef FLEET_TESTS_SUPPORT_TEST_STORES_H_
#define FLEET_TESTS_SUPPORT_TEST_STORES_H_

#include <functional>
#include <string>
#include <vector>

#include "common/database/connection_pool.h"
#include "common/store/catalog_store.h"
#include "common/store/change_feed.h"
#include "common/store/control_store.h"
#include "common/store/dispatch_store.h"
#include "common/store/fleet_store.h"
#include "common/store/job_store.h"
#include "common/store/lease_details_store.h"
#include "common/store/redrive_store.h"
#include "common/store/report_store.h"
#include "common/store/runner_store.h"
#include "common/store/task_store.h"

namespace fleet::testing {

// Callers of tests that are about something else.
inline const domain::Caller kAlice{"alice"};
inline const domain::Caller kBob{"bob"};

// Thread-safe. What cannot fail in a sound test throws std::runtime_error, which GoogleTest reports.
class TestStores {
 public:
  // Registers `repositories` repositories, "org/repo-000001" and on, and the workflow "test/noop-v1". `jitter` spreads
  // retries: none unless given.
  TestStores(
      const std::string& url, int repositories, std::function<double()> jitter = [] { return 0.0; });

  struct FleetOptions {
    std::string creator = "alice";
    int targets = 10;
    int max_concurrency = 1000;
    int max_tries = 3;
    std::string request_id{};
  };
  static constexpr char kWorkflow[] = "test/noop-v1";
  static std::string RepoName(int number);  // from 1

  store::NewFleet NewFleet(const FleetOptions& options) const;
  domain::Ulid CreateFleet(const FleetOptions& options);
  // Runs every due expansion to its end.
  void ExpandAll();
  void SweepAll();
  domain::Fleet GetFleet(const domain::Ulid& fleet_id);
  domain::Task GetTask(const domain::TaskId& id);

  domain::Ulid RegisterRunner();
  store::LeaseAnswer Lease(const domain::Ulid& runner_id, int64_t lease_seq, int32_t max_tasks);
  store::ReportAnswer Report(const domain::Ulid& runner_id, const store::GrantedTask& task, domain::TaskState state,
                             domain::FailureCategory category = domain::FailureCategory::kNone);
  absl::StatusOr<std::vector<store::StopOrder>> Heartbeat(const domain::Ulid& runner_id, int64_t seq,
                                                          std::vector<store::GrantedTask> held, int64_t received);

  // What runners have to confirm that they stopped a child.
  void SetCancelGrace(absl::Duration grace) const;

  // Statements as they stand, on a connection of their own; returns the first value of the last one, empty for none.
  std::string Sql(const std::string& statements) const;
  // Waits until at least `sessions` wait for a lock: to bring transactions to meet in a chosen order.
  [[nodiscard]] bool AwaitLockWaiters(int sessions) const;

  const std::string url;
  database::ConnectionPool pool;
  store::CatalogStore catalog;
  store::FleetStore fleets;
  store::TaskStore tasks;
  store::ControlStore controls;
  store::RedriveStore redrives;
  store::JobStore jobs;
  store::DispatchStore dispatch;
  store::LeaseDetailsStore details;
  store::ReportStore reports;
  store::RunnerStore runners;
  store::ChangeFeed feed;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_TEST_STORES_H_
