// What strangers may do to a service: each load in a process of its own, so that its processor time is not taken for
// the service's or for the load generator's.
#ifndef FLEET_TESTS_BENCH_ATTACK_LOADS_H_
#define FLEET_TESTS_BENCH_ATTACK_LOADS_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

struct AttackTarget {
  // Of the one service: its gRPC port and its metrics port.
  std::string address;
  std::string metrics_address;
  int32_t watchers = 5000;
  std::string watched_fleet;
};

// Keeps up one load until the process is ended:
//   compressed          requests that unpack to 256 MiB
//   watchers            streams that are never read
//   heartbeats          twelve at a time, with a million leases each
//   submissions         sixteen of 60 MB at a time
//   silent_connections  a thousand on either port
// Returns kInvalidArgument for another name.
absl::Status KeepUpLoad(BenchSession& session, const AttackTarget& target, const std::string& name);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_ATTACK_LOADS_H_
