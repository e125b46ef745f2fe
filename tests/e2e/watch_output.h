// What `fleetctl watch -o json` wrote: one object a line, each the fleet at a revision.
#ifndef FLEET_TESTS_E2E_WATCH_OUTPUT_H_
#define FLEET_TESTS_E2E_WATCH_OUTPUT_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace fleet::e2e {

class WatchOutput {
 public:
  // Fails the test if a line is not a JSON object.
  explicit WatchOutput(const std::string& text);

  int size() const { return static_cast<int>(fleets_.size()); }
  // The state in the last message, "FLEET_STATE_…"; empty without any.
  std::string LastState() const;
  // Whether every message was newer than the one before.
  bool OnlyMovesForward() const;

 private:
  std::vector<nlohmann::json> fleets_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_WATCH_OUTPUT_H_
