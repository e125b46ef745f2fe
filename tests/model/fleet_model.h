// A second opinion on what Fleet does: the rules of docs/architecture.md once more, one fleet, child and runner at a
// time, without batches, SQL or clocks, and without the product's own rules. Each method is one operation: it says what
// must be answered and moves the model on.
#ifndef FLEET_TESTS_MODEL_FLEET_MODEL_H_
#define FLEET_TESTS_MODEL_FLEET_MODEL_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/domain/allocation.h"
#include "common/store/control_store.h"
#include "common/store/fleet_store.h"
#include "common/store/job_rows.h"
#include "common/store/redrive_store.h"
#include "common/store/report_store.h"
#include "common/store/runner_store.h"
#include "tests/model/model_state.h"

namespace fleet::testing {

class FleetModel {
 public:
  // Open to the driver, the judge of leases and the comparison, which follow what the product was free to choose.
  std::map<domain::Ulid, ModelFleet> fleets;
  std::map<domain::Ulid, ModelRunner> runners;
  std::map<std::pair<domain::Ulid, store::JobKind>, ModelJob> jobs;
  // Retries by (user, request_id).
  std::map<std::pair<std::string, std::string>, std::pair<domain::Ulid, std::string>> generations;
  domain::Limits limits;
  int64_t audits = 0;  // entries of the audit log
  double jitter = 0;   // of this step

  int32_t ActiveOf(const std::string& user) const;  // empty: of all
  int32_t ActiveIn(const std::string& pool) const;
  int32_t OpenOf(const std::string& user) const;
  // One more fleet.
  bool MayOpen(const std::string& user) const;

  struct Submitted {
    absl::StatusCode code = absl::StatusCode::kOk;
    bool replayed = false;
    domain::Ulid id;
  };
  // `known`: whether its workflow and repositories are in the catalog.
  Submitted Submit(const domain::Caller& caller, const store::NewFleet& fleet, bool known);

  struct Stepped {
    absl::StatusCode code = absl::StatusCode::kOk;
    int32_t children = 0;
    bool finished = false;
  };
  // Reasons of errors are empty for OK. `known`: whether its repositories are in the catalog.
  struct Added {
    std::string reason;
    bool replayed = false;
  };
  Added AddTargets(const store::NewPart& part, bool known);
  std::string Seal(const domain::Ulid& fleet_id, std::optional<int32_t> total);
  Stepped PassSealDeadline(const domain::Ulid& fleet_id);

  // The due job of that kind that has waited longest.
  std::optional<domain::Ulid> NextJob(store::JobKind kind) const;
  Stepped Expand(const domain::Ulid& fleet_id);
  Stepped Sweep(const domain::Ulid& fleet_id);
  Stepped EndStragglers(const domain::Ulid& fleet_id);

  absl::StatusCode Cancel(const domain::Ulid& fleet_id, domain::CancelMode mode, const std::string& user,
                          absl::Duration grace);
  // False if it stands like that already: nothing is written.
  bool SetPaused(const domain::Ulid& fleet_id, bool paused);

  // All return why not; empty for OK.
  std::string Update(const domain::Ulid& fleet_id, const store::PolicyUpdate& update);
  std::string CancelTask(const domain::Ulid& fleet_id, int32_t ordinal);

  Stepped PassDeadline(const domain::Ulid& fleet_id);
  int ScheduleQueueAge();
  Stepped FailAged(const domain::Ulid& fleet_id);

  struct Retried {
    std::string reason;
    bool replayed = false;
  };
  Retried Retry(const domain::Caller& caller, const store::NewGeneration& request);
  Stepped Redrive(const domain::Ulid& fleet_id);

  struct Reported {
    bool refused = false;
    domain::ReportVerdict verdict = domain::ReportVerdict::kLeaseLost;
    domain::TaskState state = domain::TaskState::kQueued;
  };
  // Reports that were written together, in their order. `poisoned`: cannot be stored.
  std::vector<Reported> Report(const std::vector<domain::TaskReport>& reports,
                               bool (*poisoned)(const domain::TaskReport&));

  // Reasons of errors are empty for OK.
  std::string Register(const store::RunnerRegistration& runner);
  struct Beaten {
    std::string reason;
    std::vector<store::StopOrder> orders;
  };
  // `overdue`: leases that ran past their timeout, `far_overdue`: far past it.
  Beaten Heartbeat(const store::RunnerHeartbeat& heartbeat, const std::vector<store::GrantedTask>& overdue,
                   const std::vector<store::GrantedTask>& far_overdue);
  int MarkLost();
  std::optional<int> Reclaim();

  // The child of a live lease, else nullptr.
  ModelChild* Live(const domain::Ulid& runner, const store::GrantedTask& lease);

  // What one transaction changed: every fleet in it gets one revision and one change row.
  using Moved = std::map<domain::Ulid, std::set<int32_t>>;
  void Commit(const Moved& moved);

  // Ends a child that its fleet's end, or its own cancel, keeps from going on.
  void Close(ModelFleet& fleet, int32_t ordinal);

 private:
  Stepped CancelWhere(const domain::Ulid& fleet_id, store::JobKind kind, bool (*applies)(domain::TaskState));
  domain::ReportVerdict Judge(const domain::TaskReport& report);
  void Apply(const domain::TaskReport& report);
  void ReportRange(const std::vector<domain::TaskReport>& reports, std::size_t first, std::size_t last,
                   bool (*poisoned)(const domain::TaskReport&), std::vector<Reported>& answers);
  void EndAttempt(ModelFleet& fleet, int32_t ordinal, domain::TaskState state);
  void GoBack(ModelFleet& fleet, int32_t ordinal, int64_t delay_micros);
  void Return(ModelFleet& fleet, const store::GrantedTask& lease, const domain::Ulid& runner, bool lost);
  int64_t Backoff(int32_t tries) const;

  int next_number_ = 1;
};

// "F3", "F3-7#2" (child and attempt), "R2": names that are the same in every run of a seed.
std::string NameOf(const FleetModel& model, const domain::Ulid& fleet_id);
std::string NameOf(const FleetModel& model, const store::GrantedTask& lease);
std::string RunnerName(const FleetModel& model, const domain::Ulid& runner_id);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_FLEET_MODEL_H_
