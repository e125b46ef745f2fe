// Watchers of one fleet that open a stream and never read it.
#ifndef FLEET_TESTS_BENCH_DEAF_WATCHERS_H_
#define FLEET_TESTS_BENCH_DEAF_WATCHERS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

class DeafWatchers {
 public:
  // Opens `count` streams, a hundred a connection, each with all children of the fleet.
  DeafWatchers(BenchSession& session, const std::string& fleet_id, int32_t count);
  // Ends them and waits for that.
  ~DeafWatchers();
  DeafWatchers(const DeafWatchers&) = delete;
  DeafWatchers& operator=(const DeafWatchers&) = delete;

  // Waits until the service has begun to answer each. Returns kDeadlineExceeded, or kAborted if a stream was refused.
  absl::Status WaitAnswered();

 private:
  class Watcher;

  void Answer(bool ok);
  void Leave();

  std::vector<std::unique_ptr<v1::FleetService::Stub>> stubs_;
  std::vector<std::unique_ptr<Watcher>> watchers_;
  Mutex mutex_;
  CondVar changed_;
  std::size_t silent_ ABSL_GUARDED_BY(mutex_);
  std::size_t refused_ ABSL_GUARDED_BY(mutex_) = 0;
  std::size_t open_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_DEAF_WATCHERS_H_
