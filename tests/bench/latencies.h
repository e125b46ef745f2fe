// Latencies of one kind, and what is told of them.
#ifndef FLEET_TESTS_BENCH_LATENCIES_H_
#define FLEET_TESTS_BENCH_LATENCIES_H_

#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace fleet::bench {

// Two decimals: no figure of a benchmark is better than that.
double Rounded(double value);
double ToMilliseconds(absl::Duration duration);

class Latencies {
 public:
  void Add(absl::Duration latency) { latencies_.push_back(latency); }
  // {"samples", "p50_ms", "p99_ms", "max_ms"}; at least one sample.
  nlohmann::json Summary() const;

 private:
  std::vector<absl::Duration> latencies_;
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_LATENCIES_H_
