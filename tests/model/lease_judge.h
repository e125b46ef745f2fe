// Judges what runners were granted. Dispatch is free in little: within the caps it must give out all it can, in fair
// shares, children in their order. What it chose is then taken over into the model.
#ifndef FLEET_TESTS_MODEL_LEASE_JUDGE_H_
#define FLEET_TESTS_MODEL_LEASE_JUDGE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/store/dispatch_store.h"
#include "tests/model/fleet_model.h"

namespace fleet::testing {

class LeaseJudge {
 public:
  LeaseJudge(FleetModel& model, const std::vector<store::LeaseDemand>& demands) : model_(model), demands_(demands) {}

  // What is wrong with the answers to demands that were served together, in their order; empty if nothing.
  std::string Judge(const std::vector<store::LeaseAnswer>& answers);

 private:
  struct Given {
    std::set<int32_t> fresh;
    std::set<int32_t> due;
    std::set<int32_t> suspects;  // due too, but picked apart
    int32_t Count() const { return static_cast<int32_t>(fresh.size() + due.size() + suspects.size()); }
  };

  std::string JudgeKind(std::size_t index, const store::LeaseAnswer& answer);
  std::string TakeGrant(std::size_t index, const store::LeaseAnswer& answer);
  std::string TakeTask(const store::GrantedTask& task, const ModelRunner& runner);
  std::string JudgeIsolation(const std::vector<store::LeaseAnswer>& answers) const;
  void CountPlaces();
  // What an open demand may be given at most: no more than its runner has slots.
  int32_t Wanted(std::size_t index) const;
  // Whether dispatch may reserve slots for children that cannot start: then shares are not exact.
  bool MayBeOverestimated() const;
  int32_t Ready(const ModelFleet& fleet) const;
  std::string JudgeShares(const std::vector<store::LeaseAnswer>& answers) const;
  std::string JudgeOrder(const ModelFleet& fleet, const Given& given) const;
  std::string JudgeCaps() const;
  std::string JudgeFairness() const;
  std::map<domain::Ulid, int32_t> FairShares() const;
  void MoveOn(const std::vector<store::LeaseAnswer>& answers);

  FleetModel& model_;
  const std::vector<store::LeaseDemand>& demands_;
  std::vector<std::size_t> open_;  // demands that may be given work
  std::set<domain::Ulid> served_;
  std::map<std::string, int32_t> places_;  // by pool: demands of runners that may be given a suspect
  std::map<domain::Ulid, Given> given_;
};

// Whether dispatch would find work, caps aside.
bool HasWork(const FleetModel& model);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_LEASE_JUDGE_H_
