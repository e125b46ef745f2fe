// Many RunnerDrivers at work, each on a thread of its own, through any of several services: load for a test.
#ifndef FLEET_TESTS_SUPPORT_RUNNER_CROWD_H_
#define FLEET_TESTS_SUPPORT_RUNNER_CROWD_H_

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/runner_driver.h"

namespace fleet::testing {

class RunnerCrowd {
 public:
  struct Options {
    std::vector<std::string> addresses;  // runners are spread over them; one that is away is left for the next
    int runners = 4;
    int batch = 20;                 // tasks a lease
    bool reports_progress = false;  // HYDRATING, RUNNING and FINALIZING before COMPLETED
    // How long a runner waits for work before it asks anew; in between it sends a heartbeat.
    absl::Duration lease_wait = absl::Milliseconds(200);
  };
  explicit RunnerCrowd(Options options);
  // Stops.
  ~RunnerCrowd();
  RunnerCrowd(const RunnerCrowd&) = delete;
  RunnerCrowd& operator=(const RunnerCrowd&) = delete;

  // What is leased is reported first.
  void Stop();
  // Leases received, and reports of completion answered OK.
  int leased() const { return leased_; }
  int completed() const { return completed_; }

 private:
  void Run(std::size_t number);
  // One round of lease, work, heartbeat. Not OK: go on with another service; `unfinished` is what is still to be
  // reported, since an answer that was lost leaves it open whether a report was recorded.
  absl::Status Round(RunnerDriver& runner, std::vector<v1::Lease>& unfinished);

  const Options options_;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> leased_ = 0;
  std::atomic<int> completed_ = 0;
  std::vector<std::thread> threads_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_RUNNER_CROWD_H_
