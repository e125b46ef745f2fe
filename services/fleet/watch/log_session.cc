#include "services/fleet/watch/log_session.h"

#include <utility>

#include "common/status/status_macros.h"
#include "services/fleet/requests/fleet_messages.h"
#include "services/fleet/requests/log_requests.h"
#include "services/fleet/requests/request_fields.h"

namespace fleet::service {

using rpc::StreamStep;

LogSession::LogSession(const LogSources& sources, domain::Caller caller, v1::FollowTaskLogRequest request,
                       rpc::Wake wake)
    : sources_(sources), caller_(std::move(caller)), request_(std::move(request)), wake_(std::move(wake)) {}

LogSession::~LogSession() {
  if (subscription_ == nullptr) return;
  sources_.relay.Unsubscribe(task_, subscription_);
  sources_.metrics.FollowerLeft();
}

StreamStep LogSession::Step() {
  absl::StatusOr<StreamStep> step = subscription_ == nullptr ? StartStep() : LiveStep();
  return step.ok() ? *std::move(step) : StreamStep::End(std::move(step).status());
}

absl::StatusOr<StreamStep> LogSession::StartStep() {
  FLEET_RETURN_IF_ERROR(ValidateFollowTaskLog(request_));
  cursor_ = {request_.after_attempt(), request_.after_offset()};
  FLEET_ASSIGN_OR_RETURN(const store::TaskRecord record, ReadTask());
  task_ = record.task.id;
  v1::FollowTaskLogResponse message = Piece({cursor_.attempt, cursor_.offset, 0, ""});
  TellTask(record, message);
  if (!domain::IsTerminal(state_)) {
    FLEET_ASSIGN_OR_RETURN(subscription_, sources_.relay.Subscribe(task_, wake_));
    sources_.metrics.FollowerCame();
  }
  return Message(message);
}

absl::StatusOr<StreamStep> LogSession::LiveStep() {
  const std::unique_ptr<dispatch::LogSubscription::News> news = subscription_->Take();
  if (news == nullptr) return StreamStep::Wait();
  // What it has not been told stands in the database, for the service that it goes to.
  if (news->ended) return absl::UnavailableError("the service is shutting down");
  if (news->log == nullptr) return Message(Piece({cursor_.attempt, cursor_.offset, 0, ""}));
  const store::FollowedLog& log = *news->log;
  v1::FollowTaskLogResponse message = Piece(domain::ReadOn(log.window, cursor_));
  if (log.state != state_ || log.attempt != attempt_) {
    FLEET_ASSIGN_OR_RETURN(const store::TaskRecord record, ReadTask());
    // One that has ended since may have printed more since: the relay will tell both.
    if (domain::IsTerminal(log.state) || !domain::IsTerminal(record.task.state)) TellTask(record, message);
  }
  return Message(message);
}

v1::FollowTaskLogResponse LogSession::Piece(domain::LogPiece piece) const {
  sources_.metrics.CountOut(piece.text.size());
  sources_.metrics.CountSkipped(piece.skipped);
  v1::FollowTaskLogResponse message;
  message.set_attempt(piece.attempt);
  message.set_offset(piece.offset);
  message.set_skipped_bytes(piece.skipped);
  message.set_text(std::move(piece.text));
  return message;
}

absl::StatusOr<store::TaskRecord> LogSession::ReadTask() const {
  FLEET_ASSIGN_OR_RETURN(const domain::Ulid fleet_id, ParseId("fleet_id", request_.fleet_id()));
  return sources_.read_task(caller_, fleet_id, request_.repo());
}

void LogSession::TellTask(const store::TaskRecord& record, v1::FollowTaskLogResponse& message) {
  state_ = record.task.state;
  attempt_ = record.task.attempt;
  ToProto(record, true, *message.mutable_task());
}

StreamStep LogSession::Message(const v1::FollowTaskLogResponse& message) const {
  const bool is_last = message.has_task() && domain::IsTerminal(state_);
  return {is_last ? StreamStep::Kind::kLast : StreamStep::Kind::kMessage,
          std::make_shared<const std::string>(message.SerializeAsString()), absl::OkStatus()};
}

}  // namespace fleet::service
