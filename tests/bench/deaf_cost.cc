#include "tests/bench/deaf_cost.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "tests/bench/deaf_watchers.h"
#include "tests/bench/fleet_observer.h"
#include "tests/bench/latencies.h"
#include "tests/bench/memory_peak.h"
#include "tests/bench/process_usage.h"

namespace fleet::bench {
namespace {

// The service gives memory back every quarter of a minute.
constexpr absl::Duration kSettleMemory = absl::Seconds(30);
// Shorter than the patience of the service: all are there at once.
constexpr absl::Duration kDeafness = absl::Seconds(15);

}  // namespace

absl::StatusOr<nlohmann::json> MeasureDeafCost(BenchSession& session, const DeafCostOptions& options) {
  FLEET_ASSIGN_OR_RETURN(const int pid, FindProcess(options.processes, "service"));
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, session.Submit(options.children, 1));
  FleetObserver observer(session, fleet_id);
  FLEET_RETURN_IF_ERROR(observer.WaitExpanded().status());
  {
    DeafWatchers warm_up(session, fleet_id, std::min(options.watchers, 100));
    FLEET_RETURN_IF_ERROR(warm_up.WaitAnswered());
  }
  absl::SleepFor(kSettleMemory);
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage at_rest, ReadUsage(pid));
  MemoryPeak memory(pid);
  const absl::Time began = absl::Now();
  absl::Time answered;
  {
    DeafWatchers watchers(session, fleet_id, options.watchers);
    FLEET_RETURN_IF_ERROR(watchers.WaitAnswered());
    answered = absl::Now();
    absl::SleepFor(kDeafness);
  }
  const int64_t peak_kib = memory.TakeKib();
  absl::SleepFor(kSettleMemory);
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage afterwards, ReadUsage(pid));
  return nlohmann::json{
      {"watchers", options.watchers},
      {"children", options.children},
      {"all_answered_ms", ToMilliseconds(answered - began)},
      {"at_rest_mib", Mib(at_rest.resident_kib)},
      {"peak_mib", Mib(peak_kib)},
      {"afterwards_mib", Mib(afterwards.resident_kib)},
      {"kib_per_deaf_watcher", Rounded(static_cast<double>(peak_kib - at_rest.resident_kib) / options.watchers)}};
}

}  // namespace fleet::bench
