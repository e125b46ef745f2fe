#include "services/fleet/api/method_rows.h"

#include "common/domain/bounds.h"
#include "services/fleet/requests/request_names.h"

namespace fleet::service {
namespace {

// Of what GetWorkflow answers as it came: clients of gRPC take answers of 4 MiB unless they are told otherwise.
constexpr std::size_t kWorkflowRequestBytes = domain::kMaxPageBytes;
// Of a selection of repositories, and the description and parameters of a retry.
constexpr std::size_t kRetryRequestBytes = std::size_t{8} << 20;

}  // namespace

rpc::MethodTable MethodRows(const Apis& apis, const MethodPools& pools) {
  rpc::MethodTable table(
      {"fleet.v1.FleetService", "fleet.v1.AdminService", "fleet.v1.CatalogService", "fleet.v1.RunnerService"},
      CheckNames);

  table.Add("fleet.v1.FleetService/CreateFleet", apis.fleets, &FleetApi::CreateFleet, pools.callers);
  table.Add("fleet.v1.FleetService/AddFleetTargets", apis.fleets, &FleetApi::AddFleetTargets, pools.callers);
  table.Add("fleet.v1.FleetService/SealFleet", apis.fleets, &FleetApi::SealFleet, pools.callers);
  table.Add("fleet.v1.FleetService/GetFleet", apis.fleets, &FleetApi::GetFleet, pools.callers);
  table.Add("fleet.v1.FleetService/ListFleets", apis.fleets, &FleetApi::ListFleets, pools.callers);
  table.Add("fleet.v1.FleetService/ListFleetTasks", apis.fleets, &FleetApi::ListFleetTasks, pools.callers);
  table.Add("fleet.v1.FleetService/GetFleetTask", apis.fleets, &FleetApi::GetFleetTask, pools.callers);
  table.Add("fleet.v1.FleetService/ListFailureGroups", apis.fleets, &FleetApi::ListFailureGroups, pools.callers);
  table.Add("fleet.v1.FleetService/ListTaskAttempts", apis.fleets, &FleetApi::ListTaskAttempts, pools.callers);
  table.AddStream<v1::WatchFleetResponse>("fleet.v1.FleetService/WatchFleet", apis.watches, &WatchApi::WatchFleet,
                                          pools.watchers);
  table.AddStream<v1::FollowTaskLogResponse>("fleet.v1.FleetService/FollowTaskLog", apis.logs, &LogApi::FollowTaskLog,
                                             pools.watchers);
  table.Add("fleet.v1.FleetService/CancelFleet", apis.controls, &ControlApi::CancelFleet, pools.callers);
  table.Add("fleet.v1.FleetService/CancelFleetTask", apis.controls, &ControlApi::CancelFleetTask, pools.callers);
  table.Add("fleet.v1.FleetService/PauseFleet", apis.controls, &ControlApi::PauseFleet, pools.callers);
  table.Add("fleet.v1.FleetService/ResumeFleet", apis.controls, &ControlApi::ResumeFleet, pools.callers);
  table.Add("fleet.v1.FleetService/UpdateFleet", apis.controls, &ControlApi::UpdateFleet, pools.callers);
  table.Add("fleet.v1.FleetService/RetryFleet", apis.controls, &ControlApi::RetryFleet, pools.callers);

  table.Add("fleet.v1.AdminService/ListLimits", apis.admin, &AdminApi::ListLimits, pools.callers);
  table.Add("fleet.v1.AdminService/SetLimit", apis.admin, &AdminApi::SetLimit, pools.callers);
  table.Add("fleet.v1.AdminService/ListAuditEvents", apis.admin, &AdminApi::ListAuditEvents, pools.callers);
  table.Add("fleet.v1.AdminService/ListRunners", apis.system, &SystemApi::ListRunners, pools.callers);
  table.Add("fleet.v1.AdminService/GetRunner", apis.system, &SystemApi::GetRunner, pools.callers);
  table.Add("fleet.v1.AdminService/GetSystemStatus", apis.system, &SystemApi::GetSystemStatus, pools.callers);

  table.Add("fleet.v1.CatalogService/ImportRepositories", apis.catalog, &CatalogApi::ImportRepositories, pools.callers);
  table.Add("fleet.v1.CatalogService/GetRepository", apis.catalog, &CatalogApi::GetRepository, pools.callers);
  table.Add("fleet.v1.CatalogService/DeleteRepository", apis.catalog, &CatalogApi::DeleteRepository, pools.callers);
  table.Add("fleet.v1.CatalogService/ListRepositories", apis.catalog, &CatalogApi::ListRepositories, pools.callers);
  table.Add("fleet.v1.CatalogService/ApplyWorkflow", apis.catalog, &CatalogApi::ApplyWorkflow, pools.callers);
  table.Add("fleet.v1.CatalogService/WithdrawWorkflow", apis.catalog, &CatalogApi::WithdrawWorkflow, pools.callers);
  table.Add("fleet.v1.CatalogService/GetWorkflow", apis.catalog, &CatalogApi::GetWorkflow, pools.callers);
  table.Add("fleet.v1.CatalogService/ListWorkflows", apis.catalog, &CatalogApi::ListWorkflows, pools.callers);

  table.Add("fleet.v1.RunnerService/RegisterRunner", apis.runners, &RunnerApi::RegisterRunner, pools.runners);
  table.AddPending("fleet.v1.RunnerService/LeaseTasks", apis.runners, &RunnerApi::LeaseTasks);
  table.AddPending("fleet.v1.RunnerService/ReportTasks", apis.runners, &RunnerApi::ReportTasks);
  table.Add("fleet.v1.RunnerService/Heartbeat", apis.runners, &RunnerApi::Heartbeat, pools.runners);
  table.Add("fleet.v1.RunnerService/SendTaskLog", apis.logs, &LogApi::SendTaskLog, pools.runners);

  // What may be long: targets with parameters, a catalog, programs, logs, a selection of repositories.
  for (const char* large : {"fleet.v1.FleetService/CreateFleet", "fleet.v1.FleetService/AddFleetTargets",
                            "fleet.v1.CatalogService/ImportRepositories", "fleet.v1.RunnerService/ReportTasks"}) {
    table.SetMaxRequestBytes(large, rpc::kMaxRequestBytes);
  }
  table.SetMaxRequestBytes("fleet.v1.CatalogService/ApplyWorkflow", kWorkflowRequestBytes);
  table.SetMaxRequestBytes("fleet.v1.FleetService/RetryFleet", kRetryRequestBytes);
  table.SetBeginsTraces("fleet.v1.FleetService/CreateFleet");
  return table;
}

}  // namespace fleet::service
