// What a runner needs to execute leased children: each one's own, and what all of one generation of a fleet share.
#ifndef FLEET_COMMON_STORE_LEASE_DETAILS_STORE_H_
#define FLEET_COMMON_STORE_LEASE_DETAILS_STORE_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/fleet.h"
#include "common/domain/identifiers.h"
#include "common/store/catalog_store.h"

namespace fleet::store {

struct TaskDetails {
  int32_t generation = 1;
  std::string repo;
  std::string clone_url;
  std::string default_branch;
  std::string commit;      // of the child's earlier attempts; empty for none
  std::string parameters;  // JSON object; empty for none
};

// A fleet and its generation.
using GenerationKey = std::pair<domain::Ulid, int32_t>;

// It never changes.
struct GenerationDetails {
  GenerationKey key;
  domain::FleetIntent intent;
  std::string traceparent;  // of the fleet, see there
  int32_t total = 0;        // repositories of the fleet
  absl::Duration task_timeout;
  WorkflowRecord workflow;
};

struct LeaseDetails {
  std::vector<TaskDetails> tasks;  // in the order asked for; one that does not exist is left out
  std::vector<GenerationDetails> generations;
};

class LeaseDetailsStore {
 public:
  explicit LeaseDetailsStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Of the children given, and of those of their generations that `wants` is true for: it is asked within the one
  // transaction that reads all of it, and again if that is run again, and must not block.
  absl::StatusOr<LeaseDetails> Read(const std::vector<domain::TaskId>& tasks,
                                    const std::function<bool(const GenerationKey&)>& wants);

  // Of one generation. Returns kNotFound.
  absl::StatusOr<GenerationDetails> ReadGeneration(const GenerationKey& key);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_LEASE_DETAILS_STORE_H_
