// The whole system at one instant, for metrics. Reads open fleets, live runners and jobs, never children: what it costs
// does not grow with what has ended.
#ifndef FLEET_COMMON_STORE_SYSTEM_PICTURE_STORE_H_
#define FLEET_COMMON_STORE_SYSTEM_PICTURE_STORE_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/system_summary.h"
#include "common/store/job_rows.h"

namespace fleet::store {

struct SystemPictureRecord {
  struct Jobs {
    int64_t count = 0;                     // due or not
    std::optional<absl::Time> oldest_due;  // since when; absent: none is due
  };

  // Of a fleet what sums and waiting go by: not its texts, outcomes, categories and cost.
  domain::SystemPicture picture;
  // Of all open fleets.
  std::array<int64_t, domain::kOutcomeCount> outcomes{};
  std::array<int64_t, domain::kFailureCategoryCount> categories{};
  std::map<JobKind, Jobs> jobs;
};

class SystemPictureStore {
 public:
  explicit SystemPictureStore(database::ConnectionPool& pool) : pool_(pool) {}

  // In one snapshot. Takes no lock.
  absl::StatusOr<SystemPictureRecord> Read();

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_SYSTEM_PICTURE_STORE_H_
