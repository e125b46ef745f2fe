#include "services/fleet/watch/watch_session.h"

#include <utility>

#include "common/status/status_macros.h"
#include "google/protobuf/arena.h"
#include "services/fleet/requests/fleet_messages.h"
#include "services/fleet/requests/page_token.h"
#include "services/fleet/requests/request_fields.h"

namespace fleet::service {
namespace {

using rpc::StreamStep;

StreamStep Message(rpc::SharedBytes bytes, bool is_last) {
  return {is_last ? StreamStep::Kind::kLast : StreamStep::Kind::kMessage, std::move(bytes), absl::OkStatus()};
}

}  // namespace

WatchSession::WatchSession(const WatchSources& sources, domain::Caller caller, const v1::WatchFleetRequest& request,
                           rpc::Wake wake)
    : sources_(sources),
      caller_(std::move(caller)),
      include_tasks_(request.include_tasks()),
      wake_(std::move(wake)),
      question_(new Question{request.fleet_id(), request.resume_token()}) {}

WatchSession::~WatchSession() { Unsubscribe(); }

StreamStep WatchSession::Step() {
  absl::StatusOr<StreamStep> step = NextStep();
  return step.ok() ? *std::move(step) : StreamStep::End(std::move(step).status());
}

absl::StatusOr<StreamStep> WatchSession::NextStep() {
  switch (phase_) {
    case Phase::kStart:
      return StartStep();
    case Phase::kPages:
      return PageStep();
    case Phase::kLive:
      return LiveStep();
  }
  return absl::InternalError("no such phase");
}

absl::StatusOr<StreamStep> WatchSession::StartStep() {
  const std::unique_ptr<Question> question = std::move(question_);
  FLEET_ASSIGN_OR_RETURN(fleet_id_, ParseId("fleet_id", question->fleet_id));
  ResumePoint from;
  if (!question->resume_token.empty()) {
    FLEET_ASSIGN_OR_RETURN(from, DecodeResumeToken(fleet_id_.ToString(), question->resume_token));
  }
  FLEET_RETURN_IF_ERROR(ReadFleet());
  if (from.revision > 0 && from.timeline == timeline_ && from.revision <= record_->fleet.revision) {
    return ResumeFrom(from.revision);
  }
  return StartSnapshot(from.revision > 0);
}

absl::Status WatchSession::ReadFleet() {
  FLEET_ASSIGN_OR_RETURN(timeline_, sources_.read_timeline());
  FLEET_ASSIGN_OR_RETURN(auto records, sources_.read_fleets({fleet_id_}));
  if (records.empty()) return store::FleetNotFound(fleet_id_);
  record_ = std::make_unique<store::FleetRecord>(std::move(records.begin()->second));
  return absl::OkStatus();
}

// Goes on after `revision`: everything later comes from the hub, which notices if it no longer can.
absl::StatusOr<StreamStep> WatchSession::ResumeFrom(int64_t revision) {
  phase_ = Phase::kLive;
  if (revision == record_->fleet.revision && domain::IsTerminal(record_->fleet.state)) {
    v1::WatchFleetResponse last;
    last.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
    last.set_resume_token(Token(revision));
    ToProto(*record_, *last.mutable_fleet());
    return Message(ToBytes(last), true);
  }
  Subscribe(revision);
  record_.reset();
  return LiveStep();
}

absl::StatusOr<StreamStep> WatchSession::StartSnapshot(bool resumed) {
  resumed_with_snapshot_ = resumed;
  after_ = 0;
  phase_ = Phase::kPages;
  return PageStep();
}

absl::StatusOr<StreamStep> WatchSession::PageStep() {
  google::protobuf::Arena arena;
  auto& page = *google::protobuf::Arena::CreateMessage<v1::WatchFleetResponse>(&arena);
  page.set_kind(v1::WatchFleetResponse::KIND_SNAPSHOT);
  page.set_resumed_with_snapshot(resumed_with_snapshot_);
  ToProto(*record_, *page.mutable_fleet());
  std::shared_ptr<const SnapshotPages::Page> children;
  if (include_tasks_) {
    FLEET_ASSIGN_OR_RETURN(children,
                           sources_.pages.Read(caller_, {fleet_id_, timeline_, after_}, record_->fleet.revision));
    after_ = children->next_after;
  }
  bool is_last = false;
  if (after_ == 0) {
    // The children may be ahead of this revision, never behind it: what changed meanwhile is told again.
    page.set_snapshot_complete(true);
    page.set_resume_token(Token(record_->fleet.revision));
    is_last = domain::IsTerminal(record_->fleet.state);
    phase_ = Phase::kLive;
    if (!is_last) Subscribe(record_->fleet.revision);
    record_.reset();
  }
  std::string bytes = page.SerializeAsString();
  // Messages in the wire form that follow one another are one message.
  if (children != nullptr) bytes += children->tasks;
  return Message(std::make_shared<const std::string>(std::move(bytes)), is_last);
}

absl::StatusOr<StreamStep> WatchSession::LiveStep() {
  if (telling_ != nullptr) return ChangeStep();
  const std::unique_ptr<dispatch::WatchUpdate> update = subscription_->Take();
  if (update == nullptr) return StreamStep::Wait();
  switch (update->kind) {
    case dispatch::WatchUpdate::Kind::kEnd:
      return StreamStep::End(update->status);
    case dispatch::WatchUpdate::Kind::kRestart:
      Unsubscribe();
      FLEET_RETURN_IF_ERROR(ReadFleet());
      return StartSnapshot(true);
    case dispatch::WatchUpdate::Kind::kBookmark: {
      v1::WatchFleetResponse bookmark;
      bookmark.set_kind(v1::WatchFleetResponse::KIND_BOOKMARK);
      bookmark.set_resume_token(Token(update->revision));
      return Message(ToBytes(bookmark), update->is_last);
    }
    case dispatch::WatchUpdate::Kind::kChange:
      break;
  }
  auto messages = sources_.messages.Change(*update, {Token(update->since), Token(update->revision)});
  telling_ = std::make_unique<Telling>(Telling{std::move(messages), 0, update->is_last});
  return ChangeStep();
}

StreamStep WatchSession::ChangeStep() {
  const WatchMessages::Messages& messages = *telling_->messages;
  rpc::SharedBytes message = messages[telling_->told++];
  if (telling_->told < messages.size()) return Message(std::move(message), false);
  const bool is_last = telling_->is_last;
  telling_.reset();
  return Message(std::move(message), is_last);
}

void WatchSession::Subscribe(int64_t revision) {
  subscription_ = sources_.hub.Subscribe(fleet_id_, revision, include_tasks_, wake_);
}

void WatchSession::Unsubscribe() {
  if (subscription_ != nullptr) sources_.hub.Unsubscribe(fleet_id_, subscription_);
  subscription_.reset();
}

std::string WatchSession::Token(int64_t revision) const {
  return EncodeResumeToken(fleet_id_.ToString(), {revision, timeline_});
}

}  // namespace fleet::service
