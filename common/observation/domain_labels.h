// Label values of metrics: "completed", "timed_out", "auth". The catalog lists the same.
#ifndef FLEET_COMMON_OBSERVATION_DOMAIN_LABELS_H_
#define FLEET_COMMON_OBSERVATION_DOMAIN_LABELS_H_

#include <string>

#include "common/domain/failure.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"
#include "common/domain/waiting.h"
#include "common/store/fleet_moves.h"

namespace fleet::observation {

std::string LabelOf(domain::FleetState state);
std::string LabelOf(domain::TaskState state);
std::string LabelOf(domain::FailureCategory category);
std::string LabelOf(domain::Outcome outcome);
std::string LabelOf(domain::WaitReason reason);
std::string LabelOf(store::LeaseExpiry why);

}  // namespace fleet::observation

#endif  // FLEET_COMMON_OBSERVATION_DOMAIN_LABELS_H_
