// What the invariant checker has seen so far, and what may follow it.
#ifndef FLEET_TESTS_SUPPORT_INVARIANT_HISTORY_H_
#define FLEET_TESTS_SUPPORT_INVARIANT_HISTORY_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/support/invariant_snapshot.h"

namespace fleet::testing {

class InvariantHistory {
 public:
  // Adds in words to `violations` what is wrong with `snapshot` after what was seen before, then remembers it.
  void Judge(const InvariantSnapshot& snapshot, std::vector<std::string>& violations);

  // Fleets whose targets are known, and cannot change any more.
  std::set<std::string> FrozenFleets() const;

 private:
  struct SeenTask {
    int32_t attempt = -1;  // -1: not seen yet
    int32_t state = 0;
    int32_t outcome = 0;
    int32_t generation = 1;
    bool in_this_snapshot = false;
  };
  struct SeenFleet {
    InvariantSnapshot::Fleet last;
    int64_t revision_before = 0;  // in the snapshot before
    std::vector<std::string> targets;
    std::vector<SeenTask> tasks;  // by ordinal - 1
    std::set<int32_t> told;       // ordinals that change rows of this snapshot name
    std::set<int32_t> moved;      // ordinals whose rows changed
  };
  struct Use {  // of the slots under one cap
    int64_t active = 0;
    int64_t attempts = 0;
  };
  using Violations = std::vector<std::string>;

  std::set<std::string> KnownFleets() const;
  void JudgeFleets(const InvariantSnapshot& snapshot, Violations& violations);
  void JudgeFleet(const InvariantSnapshot::Fleet& before, const InvariantSnapshot::Fleet& now, Violations& violations);
  void JudgeTargets(SeenFleet& fleet, const InvariantSnapshot::Fleet& now, const std::vector<std::string>& targets,
                    bool may_grow, Violations& violations);
  void JudgeCaps(const InvariantSnapshot& snapshot, Violations& violations);
  void JudgeCap(const std::string& holder, const Use& use, int64_t limit, int64_t limit_before, Violations& violations);
  void JudgeTasks(const InvariantSnapshot& snapshot, Violations& violations);
  void JudgeTask(const InvariantSnapshot::Task& task, SeenFleet& fleet, Violations& violations);
  void JudgeHolders(const InvariantSnapshot& snapshot, Violations& violations);
  void JudgeFeed(const InvariantSnapshot& snapshot, Violations& violations);

  std::map<std::string, SeenFleet> fleets_;
  std::map<std::string, Use> uses_;  // by cap and holder
  std::map<std::string, int64_t> limits_;
  std::map<std::tuple<std::string, int32_t, int32_t>, std::string> holders_;  // runner by (fleet, ordinal, attempt)
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_INVARIANT_HISTORY_H_
