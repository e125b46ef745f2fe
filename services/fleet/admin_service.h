// fleet.v1.AdminService.
#ifndef FLEET_SERVICES_FLEET_ADMIN_SERVICE_H_
#define FLEET_SERVICES_FLEET_ADMIN_SERVICE_H_

#include "common/database/notification_sender.h"
#include "common/rpc/rpc_handler.h"
#include "common/store/audit_store.h"
#include "common/store/limit_store.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::service {

class AdminService final : public v1::AdminService::CallbackService {
 public:
  AdminService(rpc::RpcHandler& rpc, store::LimitStore& limits, store::AuditStore& audit,
               database::NotificationSender& hints)
      : rpc_(rpc), limits_(limits), audit_(audit), hints_(hints) {}

  grpc::ServerUnaryReactor* ListLimits(grpc::CallbackServerContext* context, const v1::ListLimitsRequest* request,
                                       v1::ListLimitsResponse* response) override;
  grpc::ServerUnaryReactor* SetLimit(grpc::CallbackServerContext* context, const v1::SetLimitRequest* request,
                                     v1::SetLimitResponse* response) override;
  grpc::ServerUnaryReactor* ListAuditEvents(grpc::CallbackServerContext* context,
                                            const v1::ListAuditEventsRequest* request,
                                            v1::ListAuditEventsResponse* response) override;

 private:
  rpc::RpcHandler& rpc_;
  store::LimitStore& limits_;
  store::AuditStore& audit_;
  database::NotificationSender& hints_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_ADMIN_SERVICE_H_
