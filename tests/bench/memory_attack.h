// What strangers can make a service hold, and what is left of it when they are gone.
#ifndef FLEET_TESTS_BENCH_MEMORY_ATTACK_H_
#define FLEET_TESTS_BENCH_MEMORY_ATTACK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/bench_session.h"
#include "tests/bench/throughput.h"

namespace fleet::bench {

struct AttackOptions {
  // Of the one service: its gRPC port and its metrics port.
  std::string address;
  std::string metrics_address;
  int32_t watchers = 5000;
  // The fleets that run meanwhile, each to its end.
  ThroughputOptions fleet;
};

// Loads, one after the other, each while a fleet runs: compressed requests that unpack to much more, watchers that
// never read, heartbeats with a million leases, sixteen submissions of 60 MB at once, a thousand silent connections on
// either port. Resident memory before, at the peak of each load and a minute after the last; the fleet's rate with each
// load against its rate without.
absl::StatusOr<nlohmann::json> MeasureAttack(BenchSession& session, const AttackOptions& options);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_MEMORY_ATTACK_H_
