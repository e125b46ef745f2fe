#include "tests/bench/watch_latency.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "tests/bench/fleet_observer.h"
#include "tests/bench/latencies.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/simulated_runner.h"
#include "tests/bench/watcher_swarm.h"

namespace fleet::bench {
namespace {

constexpr int32_t kWatchWarmUp = 3;

}  // namespace

absl::StatusOr<nlohmann::json> MeasureWatch(BenchSession& session, int32_t watchers, int32_t reports,
                                            const std::string& processes) {
  const int32_t children = reports + kWatchWarmUp;
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, session.Submit(children, children));
  FleetObserver observer(session, fleet_id);
  FLEET_RETURN_IF_ERROR(observer.WaitExpanded().status());
  SimulatedRunner runner(session, {children, false, nullptr});
  FLEET_RETURN_IF_ERROR(runner.registered());
  FLEET_ASSIGN_OR_RETURN(const std::vector<v1::Lease> leased, runner.Lease(absl::Seconds(10)));
  if (leased.size() != static_cast<std::size_t>(children))
    return absl::InternalError("not every child was leased at once");

  WatcherSwarm swarm(session, fleet_id, watchers);
  FLEET_RETURN_IF_ERROR(swarm.WaitReady());
  FLEET_ASSIGN_OR_RETURN(const ProcessorTimes times, ProcessorTimes::Start(processes));
  std::minstd_rand random(1);
  std::uniform_int_distribution<int> pause(30, 90);
  Latencies from_answer;
  Latencies from_call;
  for (int32_t i = 0; i < children; ++i) {
    // Never in step with anything that happens at intervals.
    absl::SleepFor(absl::Milliseconds(pause(random)));
    swarm.Expect(i + 1);
    const std::vector<v1::Lease> one = {leased[static_cast<std::size_t>(i)]};
    const absl::Time called = absl::Now();
    FLEET_RETURN_IF_ERROR(runner.Report(one, v1::TASK_STATE_COMPLETED));
    const absl::Time answered = absl::Now();
    if (i + 1 == children) break;  // ends the streams
    FLEET_ASSIGN_OR_RETURN(const std::vector<absl::Time> heard, swarm.WaitHeard());
    if (i < kWatchWarmUp) continue;
    for (const absl::Time at : heard) {
      from_answer.Add(std::max(absl::ZeroDuration(), at - answered));
      from_call.Add(at - called);
    }
  }
  return nlohmann::json{{"watchers", watchers},
                        {"from_answer", from_answer.Summary()},
                        {"from_call", from_call.Summary()},
                        {"cpu", times.Elapsed()}};
}

}  // namespace fleet::bench
