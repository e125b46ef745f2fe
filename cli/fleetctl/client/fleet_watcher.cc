#include "cli/fleetctl/client/fleet_watcher.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/client/call_failure.h"
#include "cli/fleetctl/client/response_stream.h"
#include "cli/fleetctl/output/state_names.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(250);

}  // namespace

FleetWatcher::FleetWatcher(rpc::FailoverChannel& servers, const Options& options, Interruption& interruption,
                           const Clock& clock)
    : servers_(servers), options_(options), interruption_(interruption), clock_(clock) {}

absl::StatusOr<v1::Fleet> FleetWatcher::Watch(const std::string& fleet_id, FleetObserver& observer) {
  Progress progress{
      {}, std::nullopt, clock_.Elapsed(), false, {options_.patience.first_pause, options_.patience.longest_pause}};
  progress.request.set_fleet_id(fleet_id);
  while (true) {
    const grpc::Status end = Follow(progress, observer);
    if (HasEnded(progress)) return *progress.fleet;
    if (interruption_.raised()) return absl::CancelledError("interrupted");
    FLEET_RETURN_IF_ERROR(Judge(end, progress, observer));
    if (!interruption_.SleepFor(progress.backoff.Next())) return absl::CancelledError("interrupted");
    observer.OnTick();
  }
}

grpc::Status FleetWatcher::Follow(Progress& progress, FleetObserver& observer) {
  ResponseStream<v1::WatchFleetResponse> stream(servers_, &v1::FleetService::Stub::WatchFleet, progress.request);
  const Interruption::Subscription cancel(interruption_, [&stream](int) { stream.Cancel(); });
  absl::Duration heard = clock_.Elapsed();
  absl::Duration patience = options_.patience.watch_answer_timeout;
  while (true) {
    if (const auto message = stream.Next(std::min(kTick, patience))) {
      heard = clock_.Elapsed();
      patience = options_.patience.watch_silence_timeout;
      Take(*message, progress, observer);
      if (HasEnded(progress)) return grpc::Status::OK;
      continue;
    }
    if (const auto end = stream.End()) return *end;
    if (clock_.Elapsed() - heard >= patience) {
      return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "the stream went silent");
    }
    observer.OnTick();
  }
}

void FleetWatcher::Take(const v1::WatchFleetResponse& message, Progress& progress, FleetObserver& observer) {
  progress.last_word = clock_.Elapsed();
  progress.backoff.Reset();
  if (std::exchange(progress.lost, false)) {
    observer.OnNotice(absl::StrCat("watching again, through ", servers_.InUse().address));
  }
  if (!message.resume_token().empty()) progress.request.set_resume_token(message.resume_token());
  if (!message.has_fleet()) return;
  // Another server may answer from a moment before; only a snapshot that says so may step back.
  const bool older = progress.fleet.has_value() && message.fleet().revision() < progress.fleet->revision();
  if (older && !message.resumed_with_snapshot()) return;
  progress.fleet = message.fleet();
  observer.OnPicture(message);
}

absl::Status FleetWatcher::Judge(const grpc::Status& end, Progress& progress, FleetObserver& observer) {
  if (end.error_code() == grpc::StatusCode::INVALID_ARGUMENT && !progress.request.resume_token().empty()) {
    // The token means nothing to this server: the whole picture serves as well.
    progress.request.clear_resume_token();
    progress.fleet.reset();
    return absl::OkStatus();
  }
  const rpc::FailoverChannel::Server server = servers_.InUse();
  if (!IsWorthAnotherStream(end)) return DescribeFailure(server.address, end);
  servers_.MoveOn(server);
  const std::string cause = end.ok() ? "the stream ended early" : end.error_message();
  const absl::Duration silence = clock_.Elapsed() - progress.last_word;
  if (silence >= options_.give_up_after) return NobodyAnswered(silence, server.address, cause);
  if (!std::exchange(progress.lost, true)) {
    observer.OnNotice(
        absl::StrCat("lost ", server.address, " (", cause, "); the fleet goes on, trying ", servers_.InUse().address));
  }
  return absl::OkStatus();
}

bool FleetWatcher::HasEnded(const Progress& progress) {
  return progress.fleet.has_value() && IsTerminal(progress.fleet->state());
}

}  // namespace fleet::cli
