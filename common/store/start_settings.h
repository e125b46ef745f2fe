// Times that a program is given when it starts. They are kept in the database, for all programs to go by alike: the
// last that was given one decides.
#ifndef FLEET_COMMON_STORE_START_SETTINGS_H_
#define FLEET_COMMON_STORE_START_SETTINGS_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/domain/limits.h"

namespace fleet::store {

struct StartSettings {
  // Absent: what the database says.
  std::optional<absl::Duration> lease_duration;
  std::optional<absl::Duration> cancel_grace;

  // kInvalidArgument naming the flag and what to do.
  absl::Status Validate() const;
};

// Writes down what is given and differs, as `program` in the audit log, and returns what is in force then.
absl::StatusOr<domain::Limits> TakeSettings(const std::string& database_url, const std::string& program,
                                            const StartSettings& settings);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_START_SETTINGS_H_
