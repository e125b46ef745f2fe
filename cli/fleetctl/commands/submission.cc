#include "cli/fleetctl/commands/submission.h"

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/domain/bounds.h"
#include "common/rpc/message_bounds.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using Targets = google::protobuf::RepeatedPtrField<v1::FleetTarget>;

// Bytes of the targets of a part: what is left of a request for its other fields is more than they need.
constexpr std::size_t kPartBytes = std::size_t{rpc::kMaxRequestBytes} - 4096;
// Of an element of a list besides its own.
constexpr std::size_t kElementBytes = 8;

constexpr absl::string_view kPromise = "makes a second fleet";

bool FitsOneCall(const v1::CreateFleetRequest& request) {
  return request.targets_size() <= domain::kMaxTargets && request.ByteSizeLong() <= std::size_t{rpc::kMaxRequestBytes};
}

absl::StatusOr<v1::CreateFleetResponse> Create(const v1::CreateFleetRequest& request, const Repetition& repetition,
                                               CommandContext& context) {
  auto created = context.client.Call<v1::FleetService>(&v1::FleetService::Stub::CreateFleet, request);
  if (!created.ok()) OfferRepetition(created.status(), repetition, kPromise, context);
  return created;
}

// Moves the targets from `first` on into the part, as many as it holds. The same for the same targets: so a part keeps
// its number when they are sent again.
int FillPart(Targets& targets, int first, v1::AddFleetTargetsRequest& part) {
  std::size_t bytes = 0;
  int next = first;
  while (next < targets.size() && part.targets_size() < domain::kMaxTargets) {
    bytes += targets[next].ByteSizeLong() + kElementBytes;
    if (bytes > kPartBytes && next > first) break;
    *part.add_targets() = std::move(targets[next]);
    ++next;
  }
  return next;
}

absl::Status AddParts(const std::string& fleet_id, Targets targets, CommandContext& context) {
  const int total = targets.size();
  int number = 1;
  for (int sent = 0; sent < total; ++number) {
    v1::AddFleetTargetsRequest part;
    part.set_fleet_id(fleet_id);
    part.set_part(number);
    sent = FillPart(targets, sent, part);
    FLEET_RETURN_IF_ERROR(
        context.client.Call<v1::FleetService>(&v1::FleetService::Stub::AddFleetTargets, part).status());
    if (context.json()) continue;
    context.environment.err << "Sent " << sent << " of " << Plural(total, "repository", "repositories") << std::endl;
  }
  return absl::OkStatus();
}

absl::StatusOr<v1::SealFleetResponse> Seal(const std::string& fleet_id, int total, CommandContext& context) {
  v1::SealFleetRequest request;
  request.set_fleet_id(fleet_id);
  request.set_total(total);
  return context.client.Call<v1::FleetService>(&v1::FleetService::Stub::SealFleet, request);
}

// Of a refusal that is certain: nothing else would end the fleet before the hour is over.
void Abandon(const v1::CreateFleetResponse& created, CommandContext& context) {
  const std::string& id = created.fleet().fleet_id();
  if (created.replayed()) {
    // It may be complete, and another list was given for it now.
    context.error.next_steps.push_back(
        absl::StrCat("look at the fleet of this request id: ", context.Suggest({"status", id})));
    return;
  }
  v1::CancelFleetRequest request;
  request.set_fleet_id(id);
  const auto cancelled = context.client.Call<v1::FleetService>(&v1::FleetService::Stub::CancelFleet, request);
  context.error.next_steps.push_back(
      cancelled.ok() ? absl::StrCat("submit it again: fleet ", id, ", which had a part of it, was cancelled")
                     : absl::StrCat("cancel what was made of it: ", context.Suggest({"cancel", id})));
}

// A part is the command's own affair: who gave the list knows of none.
absl::Status ExplainOtherTargets(const absl::Status& status, const v1::CreateFleetResponse& created) {
  ErrorInfo info = GetErrorInfo(status);
  const bool differs = info.reason == "PART_REUSED" || info.reason == "TARGETS_DIFFER" || info.reason == "FLEET_SEALED";
  if (!created.replayed() || !differs) return status;
  info.violations.clear();
  return MakeError(status.code(),
                   absl::StrCat("the request id was used with other repositories, for fleet ",
                                created.fleet().fleet_id(), ": choose a new one, or give the same repositories"),
                   std::move(info));
}

absl::StatusOr<v1::CreateFleetResponse> SubmitInParts(v1::CreateFleetRequest request, const Repetition& repetition,
                                                      CommandContext& context) {
  Targets targets;
  targets.Swap(request.mutable_targets());
  const int total = targets.size();
  request.set_open_targets(true);
  FLEET_ASSIGN_OR_RETURN(v1::CreateFleetResponse created, Create(request, repetition, context));
  const std::string id = created.fleet().fleet_id();
  absl::Status status = AddParts(id, std::move(targets), context);
  if (status.ok()) {
    absl::StatusOr<v1::SealFleetResponse> sealed = Seal(id, total, context);
    status = sealed.status();
    if (status.ok()) created.mutable_fleet()->Swap(sealed->mutable_fleet());
  }
  if (status.ok()) return created;
  // A service that has too much to do at the moment has not refused the fleet.
  const bool is_over = IsRefusal(status) && GetErrorInfo(status).retry_after == absl::ZeroDuration();
  if (is_over) {
    Abandon(created, context);
  } else {
    TellRepetition(repetition, kPromise, context);
  }
  return ExplainOtherTargets(status, created);
}

}  // namespace

absl::StatusOr<v1::CreateFleetResponse> Submit(v1::CreateFleetRequest request, const Repetition& repetition,
                                               CommandContext& context) {
  request.set_request_id(repetition.request_id);
  return FitsOneCall(request) ? Create(request, repetition, context)
                              : SubmitInParts(std::move(request), repetition, context);
}

}  // namespace fleet::cli
