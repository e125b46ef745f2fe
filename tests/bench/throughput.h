// How fast children go from submission to their end.
#ifndef FLEET_TESTS_BENCH_THROUGHPUT_H_
#define FLEET_TESTS_BENCH_THROUGHPUT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"
#include "tests/bench/process_usage.h"

namespace fleet::bench {

struct ThroughputOptions {
  int32_t fleets = 1;
  int32_t children = 100000;  // of each fleet
  int32_t runners = 16;
  int32_t lease_size = 500;
  bool with_progress = false;
  std::string processes;  // name:pid,…
};

// One thing after the other: submit, wait until every child is durable, then let the runners loose. Tells what each
// step takes.
absl::StatusOr<nlohmann::json> MeasurePhases(BenchSession& session, const ThroughputOptions& options);

// The runners wait before anything is submitted: submission, expansion, leases and reports overlap, as they do in use.
absl::StatusOr<nlohmann::json> MeasureEndToEnd(BenchSession& session, const ThroughputOptions& options);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_THROUGHPUT_H_
