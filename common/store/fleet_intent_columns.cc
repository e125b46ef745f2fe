#include "common/store/fleet_intent_columns.h"

#include "common/domain/identifiers.h"
#include "common/store/row_codec.h"

namespace fleet::store {

domain::FleetIntent ReadIntent(database::RowReader& row) {
  domain::FleetIntent intent;
  const domain::Ulid fleet_id = ReadUlid(row);
  intent.branch = domain::BranchName(fleet_id, row.Text());
  intent.workflow_ref = row.Text();
  intent.resolved_workflow = row.Text();
  intent.task_description = row.Text();
  intent.parameters = DecodeParameters(row.Text());
  intent.replace_branch = row.Bool();
  intent.omitted_bytes = row.Int();
  return intent;
}

}  // namespace fleet::store
