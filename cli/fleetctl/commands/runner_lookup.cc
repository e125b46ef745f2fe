#include "cli/fleetctl/commands/runner_lookup.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/domain/ulid.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using RunnerCalls = v1::AdminService::Stub;

constexpr int kMostNamedRunners = 5;

absl::StatusOr<v1::ListRunnersResponse> ListRunnersCalled(const std::string& name,
                                                          const std::vector<v1::RunnerState>& states,
                                                          CommandContext& context) {
  v1::ListRunnersRequest request;
  request.set_name(name);
  request.mutable_states()->Assign(states.begin(), states.end());
  request.set_page_size(kMostNamedRunners);
  return context.client.Call<v1::AdminService>(&RunnerCalls::ListRunners, request);
}

absl::StatusOr<std::string> FindRunnerId(const std::string& name, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(v1::ListRunnersResponse found, ListRunnersCalled(name, {}, context));
  if (found.runners_size() > 1) {
    const std::string ids = absl::StrJoin(found.runners(), ", ", [](std::string* out, const v1::Runner& runner) {
      absl::StrAppend(out, runner.runner_id());
    });
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("several runners are called ", name, ": ", ids,
                                  found.next_page_token().empty() ? "" : " …", "; give an id"),
                     {"AMBIGUOUS_RUNNER", {}, {}});
  }
  if (found.runners().empty()) {
    FLEET_ASSIGN_OR_RETURN(found, ListRunnersCalled(name, {v1::RUNNER_STATE_GONE}, context));
  }
  if (found.runners().empty()) {
    return MakeError(absl::StatusCode::kNotFound, absl::StrCat("no runner has the id or the name ", name),
                     {"RUNNER_NOT_FOUND", {}, {}});
  }
  return found.runners(0).runner_id();
}

}  // namespace

absl::StatusOr<v1::GetRunnerResponse> FindRunner(const std::string& reference, CommandContext& context) {
  v1::GetRunnerRequest request;
  if (const auto id = domain::Ulid::Parse(reference); id.has_value()) {
    request.set_runner_id(id->ToString());
  } else {
    FLEET_ASSIGN_OR_RETURN(*request.mutable_runner_id(), FindRunnerId(reference, context));
  }
  return context.client.Call<v1::AdminService>(&RunnerCalls::GetRunner, request);
}

}  // namespace fleet::cli
