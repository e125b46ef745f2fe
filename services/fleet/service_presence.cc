#include "services/fleet/service_presence.h"

#include "common/status/status_macros.h"

namespace fleet::service {

absl::Status ServicePresence::RunOnce() {
  FLEET_ASSIGN_OR_RETURN(const auto in_force, limits_.InForce());
  return runners_.RecordService(service_id_, facts_, absl::Milliseconds(in_force.presence_gap_ms));
}

}  // namespace fleet::service
