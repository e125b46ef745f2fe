// What watchers and runners cost a service while nothing happens.
#ifndef FLEET_TESTS_BENCH_IDLE_COST_H_
#define FLEET_TESTS_BENCH_IDLE_COST_H_

#include <cstdint>

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

// Threads and resident memory of the service among `processes` (name:pid,…) at rest, with `count` watchers of an idle
// fleet, and with as many parked LeaseTasks calls besides (at most 1,000), each of another runner. The only service of
// `session`.
absl::StatusOr<nlohmann::json> MeasureIdleCost(BenchSession& session, int32_t count, const std::string& processes);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_IDLE_COST_H_
