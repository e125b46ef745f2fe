// Whose a runner is: a caller may speak only for runners that it registered itself.
#ifndef FLEET_SERVICES_FLEET_API_RUNNER_OWNERS_H_
#define FLEET_SERVICES_FLEET_API_RUNNER_OWNERS_H_

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/domain/caller.h"
#include "common/domain/ulid.h"
#include "common/lifecycle/mutex.h"
#include "common/lifecycle/thread_pool.h"
#include "common/store/runner_store.h"

namespace fleet::service {

// Thread-safe. The owner of a runner_id never changes, so it is read once: the last 20,000 are kept.
class RunnerOwners {
 public:
  RunnerOwners(store::RunnerStore& runners, ThreadPool& pool) : runners_(runners), pool_(pool) {}

  // It was registered.
  void Keep(const domain::Ulid& runner_id, const std::string& owner);

  // kPermissionDenied RUNNER_NOT_YOURS if it is another's. OK also for a runner that nobody registered: what that means
  // is for others to say.
  absl::Status Check(const domain::Caller& caller, const domain::Ulid& runner_id);
  // The same without blocking: `then` is called with the verdict, at once or on the pool. `caller` lives until then.
  // kUnavailable when too many wait.
  using Then = std::function<void(const absl::Status&)>;
  void Check(const domain::Caller& caller, const domain::Ulid& runner_id, const Then& then);

 private:
  std::optional<std::string> Known(const domain::Ulid& runner_id);

  store::RunnerStore& runners_;
  ThreadPool& pool_;
  Mutex mutex_;
  std::map<domain::Ulid, std::string> owners_ ABSL_GUARDED_BY(mutex_);
  std::deque<domain::Ulid> oldest_first_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_RUNNER_OWNERS_H_
