#include "tests/bench/latencies.h"

#include <algorithm>
#include <cmath>

namespace fleet::bench {
namespace {

// The nearest rank: the smallest sample that `share` of all do not exceed.
absl::Duration Percentile(const std::vector<absl::Duration>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::max<std::size_t>(rank, 1) - 1];
}

}  // namespace

double Rounded(double value) { return std::round(value * 100) / 100; }

double ToMilliseconds(absl::Duration duration) { return Rounded(absl::ToDoubleMilliseconds(duration)); }

nlohmann::json Latencies::Summary() const {
  std::vector<absl::Duration> sorted = latencies_;
  std::sort(sorted.begin(), sorted.end());
  return {{"samples", sorted.size()},
          {"p50_ms", ToMilliseconds(Percentile(sorted, 0.5))},
          {"p99_ms", ToMilliseconds(Percentile(sorted, 0.99))},
          {"max_ms", ToMilliseconds(sorted.back())}};
}

}  // namespace fleet::bench
