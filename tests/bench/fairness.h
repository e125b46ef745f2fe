// How long a small fleet waits beside a large one that runs at the system's cap, and in an empty system.
#ifndef FLEET_TESTS_BENCH_FAIRNESS_H_
#define FLEET_TESTS_BENCH_FAIRNESS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

struct FairnessOptions {
  int32_t children = 100000;  // of the large fleet
  int32_t slots = 200;        // of all runners together; the system's cap must be no higher
  int32_t samples = 100;      // small fleets, one after the other, in either system
};

// The large fleet is `large`'s, the small ones, of three children each, are `small`'s: another user. Returns kAborted
// if the large fleet ended before the last small one had started.
absl::StatusOr<nlohmann::json> MeasureFairness(BenchSession& large, BenchSession& small,
                                               const FairnessOptions& options);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_FAIRNESS_H_
