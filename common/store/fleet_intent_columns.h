// What a fleet is for, as rows: the submission, or the generation that says it anew.
#ifndef FLEET_COMMON_STORE_FLEET_INTENT_COLUMNS_H_
#define FLEET_COMMON_STORE_FLEET_INTENT_COLUMNS_H_

#include "common/database/rows.h"
#include "common/domain/fleet.h"

// Of what callers write at length, the bytes; PostgreSQL knows them without unpacking the texts.
#define FLEET_INTENT_DESCRIPTION "coalesce(g.task_description, i.task_description)"
#define FLEET_INTENT_PARAMETERS "coalesce(g.parameters, i.parameters)"
#define FLEET_INTENT_BYTES "(octet_length(" FLEET_INTENT_DESCRIPTION ") + octet_length(" FLEET_INTENT_PARAMETERS "))"

// Read by ReadIntent, in this order. `i` is the fleet's row of fleet_intents, `g` the one of fleet_generations, if any.
// Where `told` does not hold, description and parameters are left out.
#define FLEET_INTENT_COLUMNS_WHERE(told)                                                                             \
  "i.fleet_id, i.branch, "                                                                                           \
  "coalesce(g.workflow_ref, i.workflow_ref), coalesce(g.workflow_name, i.workflow_name) || '@' || "                  \
  "coalesce(g.workflow_version, i.workflow_version), case when " told " then " FLEET_INTENT_DESCRIPTION              \
  " else '' end, case when " told " then " FLEET_INTENT_PARAMETERS                                                   \
  " else '{}' end, coalesce(g.replace_branch, i.replace_branch), case when " told " then 0 else " FLEET_INTENT_BYTES \
  " end"
#define FLEET_INTENT_COLUMNS FLEET_INTENT_COLUMNS_WHERE("true")

namespace fleet::store {

domain::FleetIntent ReadIntent(database::RowReader& row);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_INTENT_COLUMNS_H_
