// Fleets, children and what else a service tells, with texts as long as they are in life.
#ifndef FLEET_TESTS_UNIT_CLI_FLEETCTL_EXAMPLE_MESSAGES_H_
#define FLEET_TESTS_UNIT_CLI_FLEETCTL_EXAMPLE_MESSAGES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "fleet/v1/admin_service.pb.h"
#include "fleet/v1/catalog_service.pb.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {

// Runs; submitted last. Of twelve repositories.
inline constexpr char kRunningFleet[] = "01JXTB1W60QK4T7XWZ2V5N6P8R";
// Ended as PARTIAL_FAILURE in its second generation. Of a thousand.
inline constexpr char kEndedFleet[] = "01JXT9D3H4ZC8V0M6Y3KQ2B7NS";

v1::Fleet RunningFleet();
v1::Fleet EndedFleet();
// Of one repository, which never ran: it has neither cost nor task.
v1::Fleet CancelledFleet();
// The running one unless `id` is that of the ended one.
v1::Fleet FleetOf(const std::string& id);

v1::Task MakeChild(const std::string& fleet_id, int ordinal, const std::string& repo, v1::TaskState state);
// One of each kind.
std::vector<v1::Task> Children(const std::string& fleet_id);
// One of these; NOT_FOUND for another repository.
absl::Status AnswerTask(const v1::GetFleetTaskRequest& request, v1::GetFleetTaskResponse& response);

void AddAttempts(const v1::ListTaskAttemptsRequest& request, v1::ListTaskAttemptsResponse& response);
void AddGroups(const v1::ListFailureGroupsRequest& request, v1::ListFailureGroupsResponse& response);
void AddEvents(v1::ListAuditEventsResponse& response);
void AddLimits(v1::ListLimitsResponse& response);
void AddRunners(v1::ListRunnersResponse& response);
// One of these, with two children of the running fleet; NOT_FOUND for another id.
absl::Status AnswerRunner(const v1::GetRunnerRequest& request, v1::GetRunnerResponse& response);
// All is well.
v1::GetSystemStatusResponse HealthySystem();
void AddRepositories(v1::ListRepositoriesResponse& response);
v1::Workflow MakeWorkflow(const std::string& ref, const std::string& version, const std::string& title);

}  // namespace fleet::cli

#endif  // FLEET_TESTS_UNIT_CLI_FLEETCTL_EXAMPLE_MESSAGES_H_
