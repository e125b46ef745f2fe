// Watches one fleet with its children to its end, over any service, and resumes where a stream broke off: what it has
// put together must be what the database holds.
#ifndef FLEET_TESTS_CRASH_FLEET_WATCHER_H_
#define FLEET_TESTS_CRASH_FLEET_WATCHER_H_

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "common/lifecycle/mutex.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::crash {

// Thread-safe.
class FleetWatcher {
 public:
  struct Child {
    int32_t attempt = 0;
    int32_t state = 0;
  };

  FleetWatcher(std::string fleet_id, std::vector<std::string> addresses);
  // Ends the stream.
  ~FleetWatcher();
  FleetWatcher(const FleetWatcher&) = delete;
  FleetWatcher& operator=(const FleetWatcher&) = delete;

  // A stream has ended as it should, after the terminal state.
  bool done() const;
  // How many streams it took.
  int streams() const;
  // By task id.
  std::map<std::string, Child> children() const;
  // Steps backwards, changes after the terminal state, a resume that was refused, a terminal child that moved.
  std::vector<std::string> violations() const;

 private:
  void Run();
  // One stream; true if it was the last.
  bool Follow(v1::FleetService::StubInterface& stub);
  void Complain(const std::string& what) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Take(const v1::WatchFleetResponse& message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void TakeChild(const v1::Task& task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Pause();

  const std::string fleet_id_;
  rpc::FailoverChannel servers_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  int streams_ ABSL_GUARDED_BY(mutex_) = 0;
  grpc::ClientContext* call_ ABSL_GUARDED_BY(mutex_) = nullptr;  // under way
  std::string token_ ABSL_GUARDED_BY(mutex_);
  bool in_snapshot_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t revision_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Child> children_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Child> before_ ABSL_GUARDED_BY(mutex_);  // a snapshot that is under way
  std::vector<std::string> violations_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_FLEET_WATCHER_H_
