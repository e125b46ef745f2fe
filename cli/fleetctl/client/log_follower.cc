#include "cli/fleetctl/client/log_follower.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/client/call_failure.h"
#include "cli/fleetctl/client/response_stream.h"
#include "cli/fleetctl/output/state_names.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr absl::Duration kPoll = absl::Milliseconds(250);

// A limit says so itself, and waiting at another server does not help.
constexpr absl::string_view kFollowersLimit = "LOG_FOLLOWERS_LIMIT";
// Who follows right after the submission may be there before the child is.
constexpr absl::string_view kNotEnqueued = "TASK_NOT_ENQUEUED";

}  // namespace

absl::StatusOr<v1::Task> LogFollower::Follow(const std::string& fleet_id, const std::string& repo,
                                             LogObserver& observer) {
  Progress progress{clock_.Elapsed(), {options_.patience.first_pause, options_.patience.longest_pause}};
  progress.request.set_fleet_id(fleet_id);
  progress.request.set_repo(repo);
  while (true) {
    const grpc::Status end = FollowOnce(progress, observer);
    if (IsTerminal(progress.task.state())) return std::move(progress.task);
    if (interruption_.raised()) return absl::CancelledError("interrupted");
    FLEET_RETURN_IF_ERROR(Judge(end, progress, observer));
    if (!interruption_.SleepFor(progress.backoff.Next())) return absl::CancelledError("interrupted");
  }
}

grpc::Status LogFollower::FollowOnce(Progress& progress, LogObserver& observer) {
  ResponseStream<v1::FollowTaskLogResponse> stream(servers_, &v1::FleetService::Stub::FollowTaskLog, progress.request);
  const Interruption::Subscription cancel(interruption_, [&stream](int) { stream.Cancel(); });
  absl::Duration heard = clock_.Elapsed();
  absl::Duration patience = options_.patience.watch_answer_timeout;
  while (true) {
    if (const auto message = stream.Next(std::min(kPoll, patience))) {
      heard = clock_.Elapsed();
      patience = options_.patience.watch_silence_timeout;
      Take(*message, progress, observer);
      if (IsTerminal(progress.task.state())) return grpc::Status::OK;
      continue;
    }
    if (const auto end = stream.End()) return *end;
    if (clock_.Elapsed() - heard >= patience) {
      return grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "the stream went silent");
    }
  }
}

void LogFollower::Take(const v1::FollowTaskLogResponse& message, Progress& progress, LogObserver& observer) {
  progress.last_word = clock_.Elapsed();
  progress.backoff.Reset();
  if (std::exchange(progress.lost, false)) {
    observer.OnNotice(absl::StrCat("following again, through ", servers_.InUse().address));
  }
  if (!message.text().empty() || message.skipped_bytes() > 0) {
    progress.request.set_after_attempt(message.attempt());
    progress.request.set_after_offset(message.offset() + static_cast<int64_t>(message.text().size()));
  }
  const bool is_news = message.has_task() && (message.task().state() != progress.task.state() ||
                                              message.task().attempt() != progress.task.attempt());
  if (message.has_task()) progress.task = message.task();
  if (is_news || !message.text().empty() || message.skipped_bytes() > 0) observer.OnMessage(message);
}

absl::Status LogFollower::Judge(const grpc::Status& end, Progress& progress, LogObserver& observer) {
  const rpc::FailoverChannel::Server server = servers_.InUse();
  const std::string reason = GetErrorInfo(rpc::FromGrpcStatus(end)).reason;
  if (reason == kNotEnqueued) {
    progress.last_word = clock_.Elapsed();
    if (!std::exchange(progress.is_early, true)) {
      observer.OnNotice(absl::StrCat(progress.request.repo(), " is not enqueued yet; waiting for it"));
    }
    return absl::OkStatus();
  }
  if (!IsWorthAnotherStream(end) || reason == kFollowersLimit) return DescribeFailure(server.address, end);
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

}  // namespace fleet::cli
