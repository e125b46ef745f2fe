// A runner that does no work: what it leases it reports at once, or after some time. The services cannot tell it from a
// real one.
#ifndef FLEET_TESTS_BENCH_SIMULATED_RUNNER_H_
#define FLEET_TESTS_BENCH_SIMULATED_RUNNER_H_

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/lifecycle/periodic_loop.h"
#include "fleet/v1/runner_service.pb.h"
#include "tests/bench/bench_session.h"
#include "tests/support/runner_driver.h"

namespace fleet::bench {

class SimulatedRunner {
 public:
  struct Options {
    // Most leases of one LeaseTasks call; 1 to 500. It leases again once all of them are reported.
    int32_t lease_size = 500;
    // Reports HYDRATING, RUNNING and FINALIZING before COMPLETED, each in a call of its own.
    bool with_progress = false;
    // Called with every answer that holds leases, before they are reported.
    std::function<void(const std::vector<v1::Lease>&)> leased{};
    // How long it holds what it leased before it reports, on average: from half to one and a half times as long.
    absl::Duration work = absl::ZeroDuration();
  };

  // Registers, on a connection of its own; see registered().
  SimulatedRunner(BenchSession& session, Options options);
  // Stops.
  ~SimulatedRunner();
  SimulatedRunner(const SimulatedRunner&) = delete;
  SimulatedRunner& operator=(const SimulatedRunner&) = delete;

  // Whether it could register.
  const absl::Status& registered() const { return registered_; }

  // One call. The leases are held, and heartbeats list them, until they are reported.
  absl::StatusOr<std::vector<v1::Lease>> Lease(absl::Duration wait);
  // One call with up to 500 leases; they are no longer held after a terminal state. Returns kAborted if a report was
  // not taken.
  absl::Status Report(const std::vector<v1::Lease>& leases, v1::TaskState state);

  // Leases and reports on a thread of its own until stopped or until a call fails.
  void Start();
  // Ends when what it holds is reported; what came of it.
  absl::Status Stop();

 private:
  absl::Status Work();

  const Options options_;
  testing::RunnerDriver driver_;
  const absl::Status registered_;
  std::atomic<bool> stopping_{false};
  absl::Status worked_;
  std::thread thread_;
  PeriodicLoop heartbeats_;
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_SIMULATED_RUNNER_H_
