// Brings a database to this program's schema.
#ifndef FLEET_COMMON_DATABASE_MIGRATOR_H_
#define FLEET_COMMON_DATABASE_MIGRATOR_H_

#include <string>

#include "absl/status/status.h"

namespace fleet::database {

// Applies what is missing, each migration in a transaction of its own under an advisory lock, so that any number of
// processes may call it at once; then sets the role's settings for this database (time-outs, stable plans).
// Returns kFailedPrecondition if the database is newer than this program.
absl::Status Migrate(const std::string& url);

// OK if the database has exactly this program's schema or a newer one that this program can live with (migrations only
// add); kFailedPrecondition naming what to do if it is older.
absl::Status CheckSchema(const std::string& url);

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_MIGRATOR_H_
