// Leases as lease_grants keeps them.
#ifndef FLEET_COMMON_STORE_GRANT_ROWS_H_
#define FLEET_COMMON_STORE_GRANT_ROWS_H_

#include <cstdint>
#include <vector>

#include "common/database/rows.h"
#include "common/domain/identifiers.h"

namespace fleet::store {

struct GrantedTask {
  domain::TaskId id;
  int32_t attempt = 0;
  friend bool operator==(const GrantedTask&, const GrantedTask&) = default;
};

// Reads the columns fleet_ids, ordinals and attempts of a grant; none for a row without one.
std::vector<GrantedTask> ReadGrant(database::RowReader& row);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_GRANT_ROWS_H_
