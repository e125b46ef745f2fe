#include "services/fleet/api/system_api.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/logging/structured_log.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/page_token.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/system_requests.h"

namespace fleet::service {
namespace {

constexpr int32_t kRunnersOfAPage = 100;

// What is wrong may name hosts and roles: callers are told that much, the log the rest.
void SayUnreachable(const absl::Status& status, v1::DatabaseStatus& database) {
  LogWarning("system_status_without_database", {{"error", status}});
  database.set_reachable(false);
  database.set_message(absl::StrCat("the database does not answer this service (",
                                    absl::StatusCodeToString(status.code()), "); its log says why"));
}

}  // namespace

absl::Status SystemApi::ListRunners(const domain::Caller& caller, const v1::ListRunnersRequest& request,
                                    v1::ListRunnersResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateListRunners(request));
  FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request.page_size(), kRunnersOfAPage));
  const std::string question =
      absl::StrCat("runners|", request.pool(), "|", absl::StrJoin(request.states(), ","), "|", request.name());
  FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(question, request.page_token()));
  domain::Ulid before;
  if (!position.empty()) {
    const std::optional<domain::Ulid> last = domain::Ulid::Parse(position);
    if (!last.has_value()) return InvalidField("page_token", "is malformed");
    before = *last;
  }
  FLEET_ASSIGN_OR_RETURN(const std::vector<store::RunnerRecord> records,
                         runners_.List(caller, ToFilter(request), before, limit + 1));
  for (const store::RunnerRecord& record : records) {
    if (response.runners_size() == limit) {
      response.set_next_page_token(EncodePageToken(question, response.runners(limit - 1).runner_id()));
      break;
    }
    ToProto(record, *response.add_runners());
  }
  return absl::OkStatus();
}

absl::Status SystemApi::GetRunner(const domain::Caller& caller, const v1::GetRunnerRequest& request,
                                  v1::GetRunnerResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid runner_id, ParseId("runner_id", request.runner_id()));
  FLEET_ASSIGN_OR_RETURN(const store::RunnerDirectory::Entry entry, runners_.Get(caller, runner_id));
  ToProto(entry.runner, *response.mutable_runner());
  for (const store::HeldTaskRecord& held : entry.held) ToProto(held, *response.add_held());
  return absl::OkStatus();
}

absl::Status SystemApi::GetSystemStatus(const domain::Caller& caller, const v1::GetSystemStatusRequest&,
                                        v1::GetSystemStatusResponse& response) {
  response.set_version(self_.version);
  response.set_service_id(self_.service_id.ToString());
  if (DescribeDatabase(caller, *response.mutable_database())) {
    const absl::StatusOr<store::SystemRecord> system = system_.Read(caller);
    // It may have gone away in between.
    if (system.ok()) {
      ToProto(*system, response);
    } else {
      response.clear_database();
      SayUnreachable(system.status(), *response.mutable_database());
    }
  }
  *response.mutable_service_time() = rpc::ToProtoTime(clock_.TimeNow());
  return absl::OkStatus();
}

bool SystemApi::DescribeDatabase(const domain::Caller& caller, v1::DatabaseStatus& database) {
  const absl::Time begin_time = clock_.TimeNow();
  const absl::Duration begin = clock_.Elapsed();
  const absl::StatusOr<store::DatabaseFacts> facts = system_.ReadDatabase(caller);
  const absl::Duration round_trip = clock_.Elapsed() - begin;
  if (!facts.ok()) {
    SayUnreachable(facts.status(), database);
    return false;
  }
  database.set_reachable(true);
  database.set_version(facts->version);
  database.set_schema_version(facts->schema_version);
  database.set_known_schema_version(facts->known_schema_version);
  *database.mutable_time() = rpc::ToProtoTime(facts->now);
  *database.mutable_clock_difference() = rpc::ToProtoDuration(begin_time + round_trip / 2 - facts->now);
  *database.mutable_round_trip() = rpc::ToProtoDuration(round_trip);
  return true;
}

}  // namespace fleet::service
