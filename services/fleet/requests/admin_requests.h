// Limits and the audit log as operators set and see them; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_ADMIN_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_ADMIN_REQUESTS_H_

#include "absl/status/status.h"
#include "common/store/audit_store.h"
#include "common/store/limit_store.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::service {

// Whether there is such a limit, and what it may be, is the store's to say.
absl::Status ValidateSetLimit(const v1::SetLimitRequest& request);

// Of a request that was validated.
store::LimitChange ToLimitChange(const v1::SetLimitRequest& request);

// Fill `proto`, which is empty.
void ToProto(const store::LimitRecord& record, v1::Limit& proto);
void ToProto(const store::AuditRecord& record, v1::AuditEvent& proto);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_ADMIN_REQUESTS_H_
