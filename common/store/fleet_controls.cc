#include "common/store/fleet_controls.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_columns.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

const database::Statement& ReadFleetControls() {
  static const std::string& kSql = *new std::string(
      absl::StrCat("select ", ControlsSelectList(), " from fleets f where f.fleet_id = any($1::uuid[])"));
  static const database::Statement kStatement{"read_fleet_controls", kSql.c_str()};
  return kStatement;
}

}  // namespace

absl::StatusOr<FleetControls> FleetControls::Read(database::Transaction& transaction,
                                                  const std::vector<domain::Ulid>& fleet_ids) {
  FLEET_ASSIGN_OR_RETURN(const database::Rows rows, transaction.Execute(ReadFleetControls(), {UuidArray(fleet_ids)}));
  FleetControls controls;
  for (database::RowReader row : rows) {
    domain::Fleet fleet = ReadControls(row);
    controls.fleets_[fleet.id] = std::move(fleet);
  }
  return controls;
}

const domain::Fleet* FleetControls::Find(const domain::Ulid& fleet_id) const {
  const auto fleet = fleets_.find(fleet_id);
  return fleet == fleets_.end() ? nullptr : &fleet->second;
}

bool FleetControls::StillHold(FleetLedger& ledger) const {
  return std::all_of(fleets_.begin(), fleets_.end(), [&](const auto& seen) {
    const domain::Fleet* locked = ledger.Find(seen.first);
    return locked != nullptr && !Differ(seen.second, *locked, ColumnGroup::kControl);
  });
}

}  // namespace fleet::store
