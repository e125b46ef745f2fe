// What a fleet is for, as rows: the submission, or the generation that says it anew.
#ifndef FLEET_COMMON_STORE_FLEET_INTENT_COLUMNS_H_
#define FLEET_COMMON_STORE_FLEET_INTENT_COLUMNS_H_

#include "common/database/rows.h"
#include "common/domain/fleet.h"

// Read by ReadIntent, in this order. `i` is the fleet's row of fleet_intents, `g` the one of fleet_generations, if any.
#define FLEET_INTENT_COLUMNS                                                                             \
  "i.fleet_id, i.branch, "                                                                               \
  "coalesce(g.workflow_ref, i.workflow_ref), coalesce(g.workflow_name, i.workflow_name) || '@' || "      \
  "coalesce(g.workflow_version, i.workflow_version), coalesce(g.task_description, i.task_description), " \
  "coalesce(g.parameters, i.parameters), coalesce(g.replace_branch, i.replace_branch)"

namespace fleet::store {

domain::FleetIntent ReadIntent(database::RowReader& row);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_INTENT_COLUMNS_H_
