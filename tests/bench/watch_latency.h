// How long it takes from the answer to a report until a watcher has heard of it.
#ifndef FLEET_TESTS_BENCH_WATCH_LATENCY_H_
#define FLEET_TESTS_BENCH_WATCH_LATENCY_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

// `watchers` watch one fleet, of which `reports` children (at most 500) are reported one at a time. Every pair of
// report and watcher is a sample. A report is committed shortly before it is answered; a watcher that hears of it
// before the answer counts as 0. Tells the processor time of `processes` (name:pid,…) too: the load generator reads
// every message on the same machine.
absl::StatusOr<nlohmann::json> MeasureWatch(BenchSession& session, int32_t watchers, int32_t reports,
                                            const std::string& processes);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_WATCH_LATENCY_H_
