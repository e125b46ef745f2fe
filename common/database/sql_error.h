// Driver exceptions become absl::Status here and nowhere else.
#ifndef FLEET_COMMON_DATABASE_SQL_ERROR_H_
#define FLEET_COMMON_DATABASE_SQL_ERROR_H_

#include "absl/status/status.h"

namespace fleet::database {

// To be called in a catch block, with any exception in flight:
//   deadlock, serialization failure, lock timeout → kAborted
//   lost or refused connection, shutdown, statement timeout → kUnavailable
//   unique violation → kAlreadyExists; other bad data (SQLSTATE classes 22 and 23) → kInvalidArgument
//   out of disk, memory or connections → kResourceExhausted; the rest → kInternal
// The message is the driver's; callers are told WithPublicWords.
absl::Status StatusFromCurrentException();
// The same for a failed COMMIT: a lost connection leaves it in doubt whether it happened.
absl::Status StatusFromCurrentCommitException();

// The transaction did not happen, and may well succeed if it is run again.
bool IsTransient(const absl::Status& status);
// The answer to a COMMIT was lost: only idempotent work may be run again.
bool IsInDoubt(const absl::Status& status);
// A value was refused (SQLSTATE class 22 or 23): running it again does not help.
bool IsDataError(const absl::Status& status);

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_SQL_ERROR_H_
