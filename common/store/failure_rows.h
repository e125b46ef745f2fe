// Failures of a fleet's children as rows: what failed alike. A child that ended without an attempt of its own (past its
// fleet's deadline, or after too long in the queue) is described by its category.
#ifndef FLEET_COMMON_STORE_FAILURE_ROWS_H_
#define FLEET_COMMON_STORE_FAILURE_ROWS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/transaction.h"
#include "common/domain/failure.h"
#include "common/domain/ulid.h"

namespace fleet::store {

struct FailureGroup {
  std::string fingerprint;
  domain::FailureCategory category = domain::FailureCategory::kUnknown;
  domain::FailureReason reason = domain::FailureReason::kUnspecified;
  std::string message;  // of one of them
  int32_t count = 0;
  std::vector<std::string> sample_repos;
};

struct FailureWords {
  domain::FailureReason reason;
  absl::string_view message;
};
// Of a child that failed or timed out, and whose last attempt did not say so: it ended in the queue, or its fleet's
// deadline ended it.
FailureWords DescribeUnattempted(domain::FailureCategory category);

// By ordinal, of the failed and timed-out children from first to last.
absl::StatusOr<std::map<int32_t, std::string>> ReadFingerprints(database::Transaction& transaction,
                                                                const domain::Ulid& fleet_id, int32_t first,
                                                                int32_t last);
// Largest first, at most 1,000.
absl::StatusOr<std::vector<FailureGroup>> ReadFailureGroups(database::Transaction& transaction,
                                                            const domain::Ulid& fleet_id);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FAILURE_ROWS_H_
