// The columns of `fleets`, each written down once: select list, reader, update and its arrays follow from one table, so
// that no column can be read or written in the place of another. To add one: a migration, a member of domain::Fleet, a
// row of FleetColumns().
#ifndef FLEET_COMMON_STORE_FLEET_COLUMNS_H_
#define FLEET_COMMON_STORE_FLEET_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/database/rows.h"
#include "common/database/values.h"
#include "common/domain/fleet.h"

namespace fleet::store {

enum class ColumnGroup {
  kFixed,    // never changes, or the database keeps it
  kHot,      // every batch writes it
  kControl,  // operators, deadlines and parts of targets change it: written only when it differs, to spare batches the
             // columns
};

struct FleetColumn {
  const char* name;
  ColumnGroup group;
  // Of a time, microseconds are selected and sent.
  bool is_time = false;
  void (*read)(database::RowReader& row, domain::Fleet& fleet) = nullptr;  // nullptr: not read
  // What is sent for a fleet, and as elements of which type. nullptr: nothing; then `assign` says it all.
  void (*add)(const domain::Fleet& fleet, database::Array& array) = nullptr;
  const char* sent_as = nullptr;
  // Whether two fleets are alike in it.
  bool (*same)(const domain::Fleet& a, const domain::Fleet& b) = nullptr;
  // What the update puts into the column, by the row as it was, `f`, and what was sent, `d`. nullptr: what was sent.
  const char* assign = nullptr;
};

const std::vector<FleetColumn>& FleetColumns();

// What ReadFleet reads, for a select from fleets as `f`.
const std::string& FleetSelectList();
domain::Fleet ReadFleet(database::RowReader& row);
// The same of the columns that batches do not write: those of kHot stay as in a new fleet.
const std::string& ControlsSelectList();
domain::Fleet ReadControls(database::RowReader& row);

// Whether some column of the group differs.
bool Differ(const domain::Fleet& a, const domain::Fleet& b, ColumnGroup group);
// Writes the columns of a group; its parameters are those of FleetArrays.
std::string UpdateFleetsSql(ColumnGroup group);
// The fleets' ids, then the group's columns that are sent, an array each.
std::vector<database::Value> FleetArrays(const std::vector<const domain::Fleet*>& fleets, ColumnGroup group);

}  // namespace fleet::store

// In SQL what domain::MayStart and domain::IsLate say, of fleets as `f`; the test of this file holds them together.
#define FLEET_MAY_START \
  "(f.ended_at is null and f.cancel_mode = 0 and f.pause_reasons = 0 and not f.expired and not f.expansion_failed)"
#define FLEET_IS_LATE "coalesce(f.deadline <= clock_timestamp(), false)"

#endif  // FLEET_COMMON_STORE_FLEET_COLUMNS_H_
