// What a runner is told of children that were leased to it. What children of one generation of a fleet share never
// changes: it is read once, whoever asks for it first, and kept ready to send.
#ifndef FLEET_SERVICES_FLEET_API_LEASED_FLEET_CACHE_H_
#define FLEET_SERVICES_FLEET_API_LEASED_FLEET_CACHE_H_

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/domain/fleet_trace.h"
#include "common/lifecycle/mutex.h"
#include "common/store/lease_details_store.h"
#include "fleet/v1/runner_service.pb.h"

namespace fleet::service {

// Thread-safe. Keeps the last 1,000 generations, and of them no more than 16 MiB.
class LeasedFleetCache {
 public:
  explicit LeasedFleetCache(store::LeaseDetailsStore& store) : store_(store) {}

  using Key = store::GenerationKey;
  struct Generation {
    v1::LeasedFleet fleet;
    std::string branch;        // of every child; each lease names it
    std::string traceparent;   // of the fleet
    domain::FleetTrace trace;  // the same, read
  };
  struct Leased {
    std::vector<store::TaskDetails> tasks;  // in the order asked for
    std::map<Key, std::shared_ptr<const Generation>> generations;
  };
  // One transaction. Waits for another call that reads the same generation; if that one fails, so does this, with
  // kUnavailable.
  absl::StatusOr<Leased> Read(const std::vector<domain::TaskId>& tasks);

 private:
  // Null while some call reads it.
  using Entry = std::shared_ptr<const Generation>;

  // Whether the caller has to read it, and then to Keep it or GiveUp. Gives it if it is here.
  bool Claim(const Key& key, Leased& leased);
  absl::Status Keep(const store::GenerationDetails& details, Leased& leased);
  void GiveUp(const std::set<Key>& keys);
  // Null if it is not to be had.
  Entry Await(const Key& key);

  store::LeaseDetailsStore& store_;
  Mutex mutex_;
  CondVar changed_;
  std::map<Key, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  std::deque<Key> oldest_first_ ABSL_GUARDED_BY(mutex_);
  std::size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_LEASED_FLEET_CACHE_H_
