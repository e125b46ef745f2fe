// Fleets and their children as callers are told of them. Each fills `proto`, which is empty, where it stands: on the
// arena of a response, most often.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_FLEET_MESSAGES_H_
#define FLEET_SERVICES_FLEET_REQUESTS_FLEET_MESSAGES_H_

#include "common/store/failure_rows.h"
#include "common/store/fleet_store.h"
#include "common/store/task_store.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::service {

void ToProto(const store::FleetRecord& record, v1::Fleet& proto);
void ToProto(const store::GenerationRecord& record, v1::FleetGeneration& proto);
// `detailed`: with the parameters that only GetFleetTask gives.
void ToProto(const store::TaskRecord& record, bool detailed, v1::Task& proto);
void ToProto(const store::AttemptRecord& record, bool with_log, v1::TaskAttempt& proto);
void ToProto(const store::FailureGroup& group, v1::FailureGroup& proto);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_FLEET_MESSAGES_H_
