// Many watchers of one fleet, none with a thread of its own.
#ifndef FLEET_TESTS_BENCH_WATCHER_SWARM_H_
#define FLEET_TESTS_BENCH_WATCHER_SWARM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

class WatcherSwarm {
 public:
  // Opens `count` streams, a hundred a connection.
  WatcherSwarm(BenchSession& session, const std::string& fleet_id, int32_t count);
  // Ends them and waits for that.
  ~WatcherSwarm();
  WatcherSwarm(const WatcherSwarm&) = delete;
  WatcherSwarm& operator=(const WatcherSwarm&) = delete;

  // Waits until each has its snapshot.
  absl::Status WaitReady();
  // From now on the watchers note when they first hear of `completed` completed children.
  void Expect(int32_t completed);
  // When each heard of it, by absl::Now(). Returns kDeadlineExceeded, or kAborted if a stream has ended.
  absl::StatusOr<std::vector<absl::Time>> WaitHeard();

 private:
  class Watcher;

  absl::Status WaitUntilNoneIsMissing();
  void Hear(Watcher& watcher, const v1::WatchFleetResponse& message);
  void Leave();

  std::vector<std::unique_ptr<v1::FleetService::Stub>> stubs_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  Mutex mutex_;
  CondVar changed_;
  int32_t expected_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t missing_ ABSL_GUARDED_BY(mutex_);
  std::size_t open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_WATCHER_SWARM_H_
