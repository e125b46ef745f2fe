#include "common/store/limits.h"

#include <algorithm>
#include <limits>
#include <string>

#include "common/status/status_macros.h"

namespace fleet::store {
namespace {

constexpr database::Statement kReadLimits{"read_limits", "select name, value from limits"};

}  // namespace

absl::StatusOr<domain::Limits> ReadLimits(database::Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows, transaction.Execute(kReadLimits));
  domain::Limits limits;
  for (database::RowReader row : rows) {
    const std::string name = row.Text();
    const auto value = static_cast<int32_t>(std::min<int64_t>(row.BigInt(), std::numeric_limits<int32_t>::max()));
    if (name == "system_active") limits.system_active = value;
    if (name == "user_active") limits.user_active = value;
    if (name == "fleet_active_default") limits.fleet_active_default = value;
    if (name == "open_fleets_system") limits.open_fleets_system = value;
    if (name == "open_fleets_user") limits.open_fleets_user = value;
  }
  return limits;
}

}  // namespace fleet::store
