// What operators did, for readers.
#ifndef FLEET_COMMON_STORE_AUDIT_STORE_H_
#define FLEET_COMMON_STORE_AUDIT_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/caller.h"
#include "common/domain/ulid.h"

namespace fleet::store {

struct AuditRecord {
  int64_t event_id = 0;
  absl::Time at;
  std::string actor;
  std::string action;
  domain::Ulid fleet_id;  // none: not about one fleet
  std::string subject;
  std::string before;  // JSON objects, or empty
  std::string after;
};

class AuditStore {
 public:
  explicit AuditStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Newest first. `fleet_id`: only that one's; none: all. `before_id`: only older ones; 0: from the newest.
  absl::StatusOr<std::vector<AuditRecord>> List(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                                int64_t before_id, int32_t limit);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_AUDIT_STORE_H_
