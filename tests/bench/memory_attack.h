// What strangers can make a service hold, and what is left of it when they are gone.
#ifndef FLEET_TESTS_BENCH_MEMORY_ATTACK_H_
#define FLEET_TESTS_BENCH_MEMORY_ATTACK_H_

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "tests/bench/attack_loads.h"
#include "tests/bench/bench_session.h"
#include "tests/bench/throughput.h"

namespace fleet::bench {

// The loads of attack_loads.h, one after the other, each while a fleet runs to its end. Resident memory at the peak of
// each and a minute after the last; the fleet's rate with each load against its rate without. Attackers have other
// machines: on this one they get the processor time that nobody else wants (nice 19).
absl::StatusOr<nlohmann::json> MeasureAttack(BenchSession& session, AttackTarget target,
                                             const ThroughputOptions& fleet);

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_MEMORY_ATTACK_H_
