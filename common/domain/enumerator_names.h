// Enumerators in words for records that outlive a version: audit entries. The names of fleet.v1, without the prefix.
#ifndef FLEET_COMMON_DOMAIN_ENUMERATOR_NAMES_H_
#define FLEET_COMMON_DOMAIN_ENUMERATOR_NAMES_H_

#include "absl/strings/string_view.h"
#include "common/domain/failure.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

namespace fleet::domain {

absl::string_view NameOf(FleetState state);
absl::string_view NameOf(TaskState state);
absl::string_view NameOf(FailureCategory category);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_ENUMERATOR_NAMES_H_
