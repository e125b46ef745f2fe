// Label values of metrics: "completed", "timed_out", "auth".
#ifndef FLEET_SERVICES_FLEET_METRIC_LABELS_H_
#define FLEET_SERVICES_FLEET_METRIC_LABELS_H_

#include <string>

#include "common/domain/failure.h"
#include "common/domain/task.h"

namespace fleet::service {

std::string LabelOf(domain::TaskState state);
std::string LabelOf(domain::FailureCategory category);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_METRIC_LABELS_H_
