// Compares what a step wrote with what the model says it must have written.
#ifndef FLEET_TESTS_MODEL_MODEL_COMPARE_H_
#define FLEET_TESTS_MODEL_MODEL_COMPARE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "tests/model/fleet_model.h"
#include "tests/model/model_observation.h"

namespace fleet::testing {

class ModelCompare {
 public:
  // `since`: the database's clock before the step, in microseconds. `is_full`: the observation holds all there is.
  ModelCompare(FleetModel& model, const Observation& observation, int64_t since, bool is_full)
      : model_(model), observation_(observation), since_(since), is_full_(is_full) {}

  // What differs first, in words; empty if nothing does. Takes over into the model what the database's clock gave, and
  // begins its next step.
  std::string Compare();

 private:
  void CompareTask(const ObservedRow& row);
  void CompareFleet(const ObservedRow& row);
  void CompareChange(const ObservedRow& row);
  void CompareAttempt(const ObservedRow& row);
  void CompareRunner(const ObservedRow& row);
  void CompareJob(const ObservedRow& row);
  void CompareGrant(const ObservedRow& row);
  void CompareNextRetry(ModelFleet& fleet, std::optional<int64_t> read);
  void CheckAllWereSeen();
  void BeginStep();

  // Takes over a time read, if it is where it must be.
  void Read(Moment& moment, std::optional<int64_t> read, const std::string& what);
  void Check(const std::string& what, const char* field, std::optional<int64_t> read, std::optional<int64_t> expected);
  void CheckText(const std::string& what, const std::string& read, const std::string& expected);
  void Complain(const std::string& what);
  ModelFleet* FleetOf(const ObservedRow& row);

  FleetModel& model_;
  const Observation& observation_;
  const int64_t since_;
  const bool is_full_;
  std::string complaint_;
  std::set<domain::Ulid> seen_fleets_;
  std::map<domain::Ulid, std::set<int32_t>> seen_tasks_;
  std::map<domain::Ulid, std::set<int64_t>> seen_changes_;
  std::map<domain::Ulid, std::set<std::pair<int32_t, int32_t>>> seen_attempts_;
  std::set<domain::Ulid> seen_runners_;
  std::set<std::pair<domain::Ulid, store::JobKind>> seen_jobs_;
  std::map<domain::Ulid, std::set<int64_t>> seen_grants_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MODEL_COMPARE_H_
