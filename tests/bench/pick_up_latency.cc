#include "tests/bench/pick_up_latency.h"

#include <future>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "tests/bench/latencies.h"
#include "tests/bench/simulated_runner.h"

namespace fleet::bench {
namespace {

constexpr absl::Duration kLongestPickUp = absl::Seconds(10);
constexpr int32_t kPickUpWarmUp = 5;

}  // namespace

absl::StatusOr<nlohmann::json> MeasurePickUp(BenchSession& session, int32_t samples) {
  std::atomic<int64_t> leased_at{0};
  SimulatedRunner runner(
      session, {1, false, [&](const std::vector<v1::Lease>&) { leased_at = absl::ToUnixNanos(absl::Now()); }});
  FLEET_RETURN_IF_ERROR(runner.registered());
  std::minstd_rand random(1);
  std::uniform_int_distribution<int> pause(40, 80);
  Latencies pick_up;
  Latencies create;
  for (int32_t sample = -kPickUpWarmUp; sample < samples; ++sample) {
    std::future<absl::StatusOr<std::vector<v1::Lease>>> lease =
        std::async(std::launch::async, [&] { return runner.Lease(kLongestPickUp); });
    // Long enough for the runner to be parked, and never in step with anything.
    absl::SleepFor(absl::Milliseconds(pause(random)));
    const absl::Time submitted = absl::Now();
    FLEET_RETURN_IF_ERROR(session.Submit(1, 1).status());
    const absl::Time answered = absl::Now();
    FLEET_ASSIGN_OR_RETURN(const std::vector<v1::Lease> leases, lease.get());
    if (leases.size() != 1) return absl::DeadlineExceededError("a submitted task was not picked up");
    FLEET_RETURN_IF_ERROR(runner.Report(leases, v1::TASK_STATE_COMPLETED));
    if (sample < 0) continue;
    pick_up.Add(absl::FromUnixNanos(leased_at) - submitted);
    create.Add(answered - submitted);
  }
  return nlohmann::json{{"submit_to_runner", pick_up.Summary()}, {"create_call", create.Summary()}};
}

}  // namespace fleet::bench
