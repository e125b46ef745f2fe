#include "common/store/limit_rows.h"

#include <algorithm>
#include <string>

#include "common/status/status_macros.h"

namespace fleet::store {
namespace {

constexpr database::Statement kReadLimits{"read_limits", R"sql(
  select name, '', value from limits union all select name, scope, value from limit_overrides
)sql"};

}  // namespace

absl::StatusOr<domain::Limits> ReadLimits(database::Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows, transaction.Execute(kReadLimits));
  domain::Limits limits;
  for (database::RowReader row : rows) {
    const std::string name = row.Text();
    const std::string scope = row.Text();
    const domain::LimitKind* kind = domain::FindLimitKind(name);
    if (kind == nullptr) continue;
    const auto value = static_cast<int32_t>(std::min<int64_t>(row.BigInt(), kind->most));
    if (scope.empty()) {
      limits.*(kind->field) = value;
    } else {
      limits.overrides[{name, scope}] = value;
    }
  }
  return limits;
}

}  // namespace fleet::store
