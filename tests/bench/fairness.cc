#include "tests/bench/fairness.h"

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "tests/bench/latencies.h"
#include "tests/bench/simulated_runner.h"

namespace fleet::bench {
namespace {

constexpr int32_t kSlotsOfARunner = 10;
constexpr int32_t kSmall = 3;
constexpr absl::Duration kWork = absl::Milliseconds(100);
constexpr absl::Duration kLongestFleet = absl::Minutes(2);

// When the children of small fleets were leased, whichever runner got them.
class LeaseTimes {
 public:
  void Take(const std::vector<v1::Lease>& leases) {
    const absl::Time now = absl::Now();
    MutexLock lock(mutex_);
    for (const v1::Lease& lease : leases) {
      // The answer to CreateFleet may come after the lease.
      times_.push_back({lease.task_id(), now});
      if (times_.size() > kKept) times_.erase(times_.begin(), times_.begin() + kKept / 2);
    }
    changed_.SignalAll();
  }

  // The times of `count` children of the fleet, in order.
  absl::StatusOr<std::vector<absl::Time>> Wait(const std::string& fleet_id, int32_t count) {
    const absl::Time end = absl::Now() + kLongestFleet;
    MutexLock lock(mutex_);
    while (true) {
      std::vector<absl::Time> found;
      for (const auto& [task_id, at] : times_) {
        if (absl::StartsWith(task_id, fleet_id)) found.push_back(at);
      }
      if (static_cast<int32_t>(found.size()) >= count) return found;
      if (absl::Now() > end) return absl::DeadlineExceededError("a small fleet did not start");
      changed_.WaitFor(mutex_, absl::Seconds(1));
    }
  }

 private:
  static constexpr std::size_t kKept = 4000;
  struct Leased {
    std::string task_id;
    absl::Time at;
  };
  Mutex mutex_;
  CondVar changed_;
  std::vector<Leased> times_ ABSL_GUARDED_BY(mutex_);
};

absl::StatusOr<nlohmann::json> MeasureWaits(BenchSession& small, LeaseTimes& times, int32_t samples) {
  std::minstd_rand random(1);
  std::uniform_int_distribution<int> pause(200, 350);
  Latencies first;
  Latencies last;
  for (int32_t i = 0; i < samples; ++i) {
    // The fleet before has ended by then.
    absl::SleepFor(absl::Milliseconds(pause(random)));
    const absl::Time submitted = absl::Now();
    FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, small.Submit(kSmall, kSmall));
    FLEET_ASSIGN_OR_RETURN(const std::vector<absl::Time> leased, times.Wait(fleet_id, kSmall));
    first.Add(leased.front() - submitted);
    last.Add(leased.back() - submitted);
  }
  return nlohmann::json{{"submit_to_first_child", first.Summary()}, {"submit_to_last_child", last.Summary()}};
}

absl::StatusOr<v1::Fleet> GetFleet(BenchSession& session, const std::string& fleet_id) {
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  grpc::ClientContext context;
  session.Prepare(context, absl::Seconds(10));
  v1::GetFleetResponse response;
  FLEET_RETURN_IF_ERROR(
      rpc::FromGrpcStatus(v1::FleetService::NewStub(session.NewChannel())->GetFleet(&context, request, &response)));
  return response.fleet();
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureFairness(BenchSession& large, BenchSession& small,
                                               const FairnessOptions& options) {
  LeaseTimes times;
  std::vector<std::unique_ptr<SimulatedRunner>> runners;
  for (int32_t slots = 0; slots < options.slots; slots += kSlotsOfARunner) {
    SimulatedRunner::Options runner;
    runner.lease_size = kSlotsOfARunner;
    runner.work = kWork;
    runner.leased = [&times](const std::vector<v1::Lease>& leases) { times.Take(leases); };
    runners.push_back(std::make_unique<SimulatedRunner>(large, runner));
    FLEET_RETURN_IF_ERROR(runners.back()->registered());
  }
  for (const auto& runner : runners) runner->Start();
  FLEET_ASSIGN_OR_RETURN(const nlohmann::json alone, MeasureWaits(small, times, options.samples));
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, large.Submit(options.children, options.children));
  FLEET_RETURN_IF_ERROR(times.Wait(fleet_id, options.slots).status());
  const absl::Time began = absl::Now();
  FLEET_ASSIGN_OR_RETURN(const v1::Fleet before, GetFleet(large, fleet_id));
  FLEET_ASSIGN_OR_RETURN(const nlohmann::json beside, MeasureWaits(small, times, options.samples));
  FLEET_ASSIGN_OR_RETURN(const v1::Fleet after, GetFleet(large, fleet_id));
  const absl::Duration took = absl::Now() - began;
  if (after.rollup().states().queued() < options.slots) {
    return absl::AbortedError("the large fleet did not last; give it more children");
  }
  const double rate =
      (after.rollup().states().completed() - before.rollup().states().completed()) / absl::ToDoubleSeconds(took);
  absl::Status worked;
  for (const auto& runner : runners) worked.Update(runner->Stop());
  FLEET_RETURN_IF_ERROR(worked);
  return nlohmann::json{{"children_of_large_fleet", options.children},
                        {"slots", options.slots},
                        {"work_ms", ToMilliseconds(kWork)},
                        {"large_fleet_per_s", Rounded(rate)},
                        {"large_fleet_still_needs_s", Rounded(after.rollup().states().queued() / rate)},
                        {"empty_system", alone},
                        {"beside_large_fleet", beside}};
}

}  // namespace fleet::bench
