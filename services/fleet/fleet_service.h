// fleet.v1.FleetService.
#ifndef FLEET_SERVICES_FLEET_FLEET_SERVICE_H_
#define FLEET_SERVICES_FLEET_FLEET_SERVICE_H_

#include "absl/time/time.h"
#include "common/database/notification_sender.h"
#include "common/rpc/rpc_handler.h"
#include "common/store/control_store.h"
#include "common/store/fleet_store.h"
#include "common/store/redrive_store.h"
#include "common/store/task_store.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "services/fleet/fleet_watch.h"

namespace fleet::service {

class FleetService final : public v1::FleetService::CallbackService {
 public:
  struct Stores {
    store::FleetStore& fleets;
    store::TaskStore& tasks;
    store::ControlStore& controls;
    store::RedriveStore& redrives;
  };
  FleetService(rpc::RpcHandler& rpc, const Stores& stores, FleetWatchFactory& watches,
               database::NotificationSender& hints)
      : rpc_(rpc), stores_(stores), watches_(watches), hints_(hints) {}

  grpc::ServerUnaryReactor* CreateFleet(grpc::CallbackServerContext* context, const v1::CreateFleetRequest* request,
                                        v1::CreateFleetResponse* response) override;
  grpc::ServerUnaryReactor* GetFleet(grpc::CallbackServerContext* context, const v1::GetFleetRequest* request,
                                     v1::GetFleetResponse* response) override;
  grpc::ServerUnaryReactor* ListFleets(grpc::CallbackServerContext* context, const v1::ListFleetsRequest* request,
                                       v1::ListFleetsResponse* response) override;
  grpc::ServerUnaryReactor* ListFleetTasks(grpc::CallbackServerContext* context,
                                           const v1::ListFleetTasksRequest* request,
                                           v1::ListFleetTasksResponse* response) override;
  grpc::ServerUnaryReactor* GetFleetTask(grpc::CallbackServerContext* context, const v1::GetFleetTaskRequest* request,
                                         v1::GetFleetTaskResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchFleetResponse>* WatchFleet(grpc::CallbackServerContext* context,
                                                               const v1::WatchFleetRequest* request) override;
  grpc::ServerUnaryReactor* CancelFleet(grpc::CallbackServerContext* context, const v1::CancelFleetRequest* request,
                                        v1::CancelFleetResponse* response) override;
  // In fleet_service_controls.cc.
  grpc::ServerUnaryReactor* CancelFleetTask(grpc::CallbackServerContext* context,
                                            const v1::CancelFleetTaskRequest* request,
                                            v1::CancelFleetTaskResponse* response) override;
  grpc::ServerUnaryReactor* PauseFleet(grpc::CallbackServerContext* context, const v1::PauseFleetRequest* request,
                                       v1::PauseFleetResponse* response) override;
  grpc::ServerUnaryReactor* ResumeFleet(grpc::CallbackServerContext* context, const v1::ResumeFleetRequest* request,
                                        v1::ResumeFleetResponse* response) override;
  grpc::ServerUnaryReactor* UpdateFleet(grpc::CallbackServerContext* context, const v1::UpdateFleetRequest* request,
                                        v1::UpdateFleetResponse* response) override;
  grpc::ServerUnaryReactor* RetryFleet(grpc::CallbackServerContext* context, const v1::RetryFleetRequest* request,
                                       v1::RetryFleetResponse* response) override;
  grpc::ServerUnaryReactor* ListFailureGroups(grpc::CallbackServerContext* context,
                                              const v1::ListFailureGroupsRequest* request,
                                              v1::ListFailureGroupsResponse* response) override;
  grpc::ServerUnaryReactor* ListTaskAttempts(grpc::CallbackServerContext* context,
                                             const v1::ListTaskAttemptsRequest* request,
                                             v1::ListTaskAttemptsResponse* response) override;

 private:
  // Tells watchers, dispatchers and workers that an operator changed the fleet.
  void Announce(const domain::Ulid& fleet_id);

  rpc::RpcHandler& rpc_;
  const Stores stores_;
  FleetWatchFactory& watches_;
  database::NotificationSender& hints_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_FLEET_SERVICE_H_
