// The real stores, dispatcher and batcher beside the model, and what operations need to drive both. One thread drives;
// nothing it decides depends on time or on the values of ids, so that a seed fixes the whole run.
#ifndef FLEET_TESTS_MODEL_MODEL_WORLD_H_
#define FLEET_TESTS_MODEL_MODEL_WORLD_H_

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/dispatch/dispatcher.h"
#include "common/dispatch/report_batcher.h"
#include "tests/model/fleet_model.h"
#include "tests/model/held_batch.h"
#include "tests/model/model_observation.h"
#include "tests/model/seeded_random.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/test_stores.h"

namespace fleet::testing {

// A runner as it sees itself: it may have missed an answer, and does not know yet that it was given up.
struct RunnerView {
  domain::Ulid id;
  std::string pool;
  int64_t next_lease_seq = 1;
  int64_t received_lease_seq = 0;
  int64_t heartbeat_seq = 0;
  std::vector<store::GrantedTask> held;
};

// A watcher's copy of a fleet: state and attempt by ordinal, as of a revision.
struct WatcherView {
  int64_t revision = 0;
  std::map<int32_t, std::pair<domain::TaskState, int32_t>> children;
};

class ModelWorld {
 public:
  static constexpr int kRepositories = 40;

  // On a migrated database of its own.
  ModelWorld(const std::string& url, uint64_t seed);

  // Forgets every fleet and runner, in the database too: small tables make quick steps.
  void StartOver();

  // Compares what was written since the last call with the model. Returns kInternal with what differs.
  absl::Status Compare(bool is_full = false);
  // Has the invariant checker take a snapshot. Returns kInternal with what it found.
  absl::Status Look();
  // The checker's last, full snapshot; StartOver must follow.
  absl::Status FinishLooking();

  // Calls that wait together and are served in one transaction.
  absl::StatusOr<std::vector<store::LeaseAnswer>> LeaseTogether(const std::vector<store::LeaseDemand>& demands);
  using Outcomes = std::vector<dispatch::ReportBatcher::Outcome>;
  absl::StatusOr<std::vector<Outcomes>> ReportTogether(const std::vector<std::vector<domain::TaskReport>>& submissions);

  // Later than every one before.
  domain::Ulid NextId();
  void Log(std::string what);
  // From now on, what is logged and contains `text` is printed too; nothing if it is empty.
  void Trace(std::string text) { trace_ = std::move(text); }
  const std::deque<std::string>& log() const { return log_; }
  // Of everything logged: the same in every run of a seed.
  uint64_t log_digest() const { return log_digest_; }
  int64_t step() const { return step_; }
  void set_step(int64_t step) { step_ = step; }

  std::vector<ModelFleet*> FleetsWhere(bool (*holds)(const ModelFleet&));
  RunnerView& AddRunner(const std::string& pool);
  // Moves the retry times given, by fleet and ordinal, into the past or future, in the order they have, in database and
  // model; and the fleets' next_retry_at with them.
  void Pin(const std::map<domain::Ulid, std::set<int32_t>>& retries, bool due);

  SeededRandom random;
  FleetModel model;
  ModelDatabase database;
  TestStores stores;
  std::vector<RunnerView> runners;
  std::deque<domain::TaskReport> sent;  // the last reports
  std::map<domain::Ulid, WatcherView> watchers;

 private:
  // A retry that waits must neither become due in the middle of a run nor take time to: right after each step its time
  // is moved to where only an operation moves it from.
  void PinRetries();

  HeldBatch lease_batch_;
  HeldBatch report_batch_;
  std::unique_ptr<InvariantChecker> checker_;
  std::deque<std::string> log_;
  std::string trace_;
  uint64_t log_digest_ = 14695981039346656037U;
  int64_t step_ = 0;
  int64_t pins_ = 0;
  int64_t ids_ = 0;
  int64_t horizon_ = 0;
  int64_t compared_at_ = 0;
  // Last: their threads use the rest.
  dispatch::Dispatcher dispatcher_;
  dispatch::ReportBatcher batcher_;
};

// What an operation returns when the product did something else than the model.
absl::Status Differs(absl::string_view what);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MODEL_WORLD_H_
