// What watchers that never read make a service hold.
#ifndef FLEET_TESTS_BENCH_DEAF_COST_H_
#define FLEET_TESTS_BENCH_DEAF_COST_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

struct DeafCostOptions {
  int32_t watchers = 1000;
  int32_t children = 100000;  // of the fleet that they watch, of which nothing runs
  std::string processes;  // name:pid,…; the one named service is looked at, and must be the only one of the session
};

// Resident memory of the service at rest, at its peak while the watchers are there, and half a minute after they are
// gone. It ends streams that were not read for as long.
absl::StatusOr<nlohmann::json> MeasureDeafCost(BenchSession& session, const DeafCostOptions& options);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_DEAF_COST_H_
