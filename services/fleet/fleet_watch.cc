#include "services/fleet/fleet_watch.h"

#include <map>
#include <utility>

#include "common/lifecycle/mutex.h"
#include "common/rpc/grpc_status.h"
#include "common/rpc/rpc_handler.h"
#include "common/status/status_macros.h"
#include "services/fleet/page_token.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"

namespace fleet::service {
namespace {

constexpr char kService[] = "fleet.v1.FleetService";
constexpr char kMethod[] = "WatchFleet";
constexpr int32_t kSnapshotPage = 1000;

}  // namespace

// Its steps run on the pool, one at a time: a step ends by writing a message, whose completion starts the next, or by
// waiting for the hub, which starts the next when there is something to tell.
class FleetWatch final : public grpc::ServerWriteReactor<v1::WatchFleetResponse>,
                         public std::enable_shared_from_this<FleetWatch> {
 public:
  FleetWatch(FleetWatchFactory& factory, domain::Caller caller, v1::WatchFleetRequest request)

      : factory_(factory),
        caller_(std::move(caller)),
        request_(std::move(request)),
        started_(factory.clock_.Elapsed()) {
    factory_.metrics_.Started(metrics::RpcType::kServerStream, kService, kMethod);
    factory_.metrics_.Received(metrics::RpcType::kServerStream, kService, kMethod);
  }

  void Begin(const absl::Status& authenticated) {
    self_ = shared_from_this();
    if (authenticated.ok()) {
      ScheduleStep();
    } else {
      End(authenticated);
    }
  }

  void OnWriteDone(bool ok) override {
    {
      MutexLock lock(mutex_);
      writing_ = false;
      // Most streams are idle most of the time: they keep nothing they can do without.
      message_ = v1::WatchFleetResponse();
    }
    if (ok) {
      ScheduleStep();
    } else {
      End(absl::CancelledError("the watcher is gone"));
    }
  }

  void OnCancel() override {
    // While a message is being written, its failure ends the stream.
    {
      MutexLock lock(mutex_);
      if (writing_) return;
    }
    End(absl::CancelledError("the watcher is gone"));
  }

  void OnDone() override {
    const std::shared_ptr<FleetWatch> last = std::move(self_);
    std::shared_ptr<dispatch::WatchSubscription> subscription;
    {
      MutexLock lock(mutex_);
      subscription = subscription_;
    }
    if (subscription != nullptr) factory_.sources_.hub.Unsubscribe(fleet_id_, subscription);
  }

 private:
  enum class Phase { kStart, kPages, kLive };

  void ScheduleStep() {
    const bool taken = factory_.pool_.Submit([watch = shared_from_this()] {
      const absl::Status status = watch->Step();
      if (!status.ok()) watch->End(status);
    });
    if (!taken) End(absl::UnavailableError("too many watchers wait; try again"));
  }

  absl::Status Step() {
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

  absl::Status StartStep() {
    FLEET_ASSIGN_OR_RETURN(fleet_id_, ParseId("fleet_id", request_.fleet_id()));
    ResumePoint from;
    if (!request_.resume_token().empty()) {
      FLEET_ASSIGN_OR_RETURN(from, DecodeResumeToken(fleet_id_.ToString(), request_.resume_token()));
    }
    FLEET_ASSIGN_OR_RETURN(timeline_, factory_.sources_.feed.ReadTimeline());
    FLEET_ASSIGN_OR_RETURN(auto records, factory_.sources_.feed.ReadFleets({fleet_id_}));
    if (records.empty()) return store::FleetNotFound(fleet_id_);
    record_ = std::make_unique<store::FleetRecord>(std::move(records.begin()->second));
    if (from.revision > 0 && from.timeline == timeline_ && from.revision <= record_->fleet.revision) {
      return ResumeFrom(from.revision);
    }
    return StartSnapshot(from.revision > 0);
  }

  // Goes on after `revision`: everything later comes from the hub, which notices if it no longer can.
  absl::Status ResumeFrom(int64_t revision) {
    phase_ = Phase::kLive;
    if (revision == record_->fleet.revision && domain::IsTerminal(record_->fleet.state)) {
      v1::WatchFleetResponse last;
      last.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
      last.set_resume_token(Token(revision));
      *last.mutable_fleet() = ToProto(*record_);
      Write(std::move(last), true);
      return absl::OkStatus();
    }
    Subscribe(revision);
    record_.reset();
    return LiveStep();
  }

  absl::Status StartSnapshot(bool resumed) {
    resumed_with_snapshot_ = resumed;
    after_ = 0;
    phase_ = Phase::kPages;
    return PageStep();
  }

  absl::Status PageStep() {
    v1::WatchFleetResponse page;
    page.set_kind(v1::WatchFleetResponse::KIND_SNAPSHOT);
    page.set_resumed_with_snapshot(resumed_with_snapshot_);
    *page.mutable_fleet() = ToProto(*record_);
    if (request_.include_tasks()) {
      FLEET_ASSIGN_OR_RETURN(const store::TaskPage tasks,
                             factory_.sources_.tasks.List(caller_, fleet_id_, {}, after_, kSnapshotPage));
      for (const store::TaskRecord& task : tasks.tasks) *page.add_tasks() = ToProto(task, false);
      after_ = tasks.next_after;
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
    Write(std::move(page), is_last);
    return absl::OkStatus();
  }

  absl::Status LiveStep() {
    if (subscription_ == nullptr) return absl::OkStatus();  // the stream ended meanwhile
    const std::unique_ptr<dispatch::WatchUpdate> update = subscription_->Take();
    if (update == nullptr) return absl::OkStatus();
    if (update->kind == dispatch::WatchUpdate::Kind::kEnd) return update->status;
    if (update->kind == dispatch::WatchUpdate::Kind::kRestart) {
      factory_.sources_.hub.Unsubscribe(fleet_id_, subscription_);
      FLEET_ASSIGN_OR_RETURN(timeline_, factory_.sources_.feed.ReadTimeline());
      FLEET_ASSIGN_OR_RETURN(auto records, factory_.sources_.feed.ReadFleets({fleet_id_}));
      if (records.empty()) return store::FleetNotFound(fleet_id_);
      record_ = std::make_unique<store::FleetRecord>(std::move(records.begin()->second));
      return StartSnapshot(true);
    }
    v1::WatchFleetResponse message;
    message.set_resume_token(Token(update->revision));
    if (update->kind == dispatch::WatchUpdate::Kind::kBookmark) {
      message.set_kind(v1::WatchFleetResponse::KIND_BOOKMARK);
    } else {
      message.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
      *message.mutable_fleet() = ToProto(*update->fleet);
      AddTasks(*update, message);
    }
    Write(std::move(message), update->is_last);
    return absl::OkStatus();
  }

  // Each child once, as it stands in the latest chunk that has it.
  static void AddTasks(const dispatch::WatchUpdate& update, v1::WatchFleetResponse& message) {
    std::map<int32_t, const store::TaskRecord*> latest;
    for (const auto& chunk : update.tasks) {
      for (const store::TaskRecord& task : chunk->tasks) latest[task.task.id.ordinal] = &task;
    }
    for (const auto& [ordinal, task] : latest) *message.add_tasks() = ToProto(*task, false);
  }

  void Subscribe(int64_t revision) {
    // Weak: the hub must not keep a stream alive.
    const std::shared_ptr<dispatch::WatchSubscription> subscription =
        factory_.sources_.hub.Subscribe(fleet_id_, revision, request_.include_tasks(), [weak = weak_from_this()] {
          if (const auto watch = weak.lock()) watch->ScheduleStep();
        });
    MutexLock lock(mutex_);
    if (!finished_) {
      subscription_ = subscription;
    } else {
      factory_.sources_.hub.Unsubscribe(fleet_id_, subscription);
    }
  }

  std::string Token(int64_t revision) const { return EncodeResumeToken(fleet_id_.ToString(), {revision, timeline_}); }

  void Write(v1::WatchFleetResponse message, bool is_last) {
    MutexLock lock(mutex_);
    if (finished_) return;
    message_ = std::move(message);
    factory_.metrics_.Sent(metrics::RpcType::kServerStream, kService, kMethod);
    if (is_last) {
      finished_ = true;
      CountEnd(absl::OkStatus());
      StartWriteAndFinish(&message_, grpc::WriteOptions(), grpc::Status::OK);
    } else {
      writing_ = true;
      StartWrite(&message_);
    }
  }

  // Finishes the stream, once.
  void End(const absl::Status& status) {
    MutexLock lock(mutex_);
    if (finished_) return;
    finished_ = true;
    CountEnd(status);
    Finish(rpc::ToGrpcStatus(status));
  }

  void CountEnd(const absl::Status& status) {
    factory_.metrics_.Handled(metrics::RpcType::kServerStream, kService, kMethod, status.code(),
                              factory_.clock_.Elapsed() - started_);
    rpc::LogFailedCall(kService, kMethod, status);
  }

  FleetWatchFactory& factory_;
  const domain::Caller caller_;
  const v1::WatchFleetRequest request_;
  const absl::Duration started_;
  std::shared_ptr<FleetWatch> self_;  // until OnDone

  // Used by one step at a time.
  Phase phase_ = Phase::kStart;
  domain::Ulid fleet_id_;
  int64_t timeline_ = 0;
  std::unique_ptr<store::FleetRecord> record_;  // until the snapshot is told
  bool resumed_with_snapshot_ = false;
  int32_t after_ = 0;
  // Written by steps, under the lock; also read by OnDone.
  std::shared_ptr<dispatch::WatchSubscription> subscription_;

  Mutex mutex_;
  v1::WatchFleetResponse message_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

grpc::ServerWriteReactor<v1::WatchFleetResponse>* FleetWatchFactory::Start(const grpc::CallbackServerContext& context,
                                                                           const v1::WatchFleetRequest& request) {
  const absl::StatusOr<domain::Caller> caller = authenticator_.Authenticate(context);
  const auto watch = std::make_shared<FleetWatch>(*this, caller.value_or(domain::Caller()), request);
  watch->Begin(caller.status());
  return watch.get();
}

}  // namespace fleet::service
