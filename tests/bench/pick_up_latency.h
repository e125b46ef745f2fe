// How long an idle system takes from the submission of one repository until a runner has the task.
#ifndef FLEET_TESTS_BENCH_PICK_UP_LATENCY_H_
#define FLEET_TESTS_BENCH_PICK_UP_LATENCY_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

// `samples` fleets of one repository, one after the other, with pauses. Submission itself is part of each sample.
absl::StatusOr<nlohmann::json> MeasurePickUp(BenchSession& session, int32_t samples);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_PICK_UP_LATENCY_H_
