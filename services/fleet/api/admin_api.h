// AdminService.
#ifndef FLEET_SERVICES_FLEET_API_ADMIN_API_H_
#define FLEET_SERVICES_FLEET_API_ADMIN_API_H_

#include "absl/status/status.h"
#include "common/dispatch/change_announcer.h"
#include "common/domain/caller.h"
#include "common/store/audit_store.h"
#include "common/store/limit_store.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::service {

// Thread-safe; each method is the one of its name, and blocks for the database.
class AdminApi {
 public:
  AdminApi(store::LimitStore& limits, store::AuditStore& audit, const dispatch::ChangeAnnouncer& changes)
      : limits_(limits), audit_(audit), changes_(changes) {}

  absl::Status ListLimits(const domain::Caller& caller, const v1::ListLimitsRequest& request,
                          v1::ListLimitsResponse& response);
  absl::Status SetLimit(const domain::Caller& caller, const v1::SetLimitRequest& request,
                        v1::SetLimitResponse& response);
  absl::Status ListAuditEvents(const domain::Caller& caller, const v1::ListAuditEventsRequest& request,
                               v1::ListAuditEventsResponse& response);

 private:
  store::LimitStore& limits_;
  store::AuditStore& audit_;
  const dispatch::ChangeAnnouncer& changes_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_ADMIN_API_H_
