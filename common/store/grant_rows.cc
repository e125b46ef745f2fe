#include "common/store/grant_rows.h"

#include "common/domain/ulid.h"

namespace fleet::store {

std::vector<GrantedTask> ReadGrant(database::RowReader& row) {
  const auto fleet_ids = row.TextArray();
  const auto ordinals = row.IntArray();
  const auto attempts = row.IntArray();
  std::vector<GrantedTask> tasks;
  tasks.reserve(ordinals.size());
  for (std::size_t i = 0; i < ordinals.size(); ++i) {
    tasks.push_back({{*domain::Ulid::FromUuid(fleet_ids[i].value_or("")), ordinals[i]}, attempts[i]});
  }
  return tasks;
}

}  // namespace fleet::store
