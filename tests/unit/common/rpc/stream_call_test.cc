#include "common/rpc/stream_call.h"

#include <gmock/gmock.h>

#include <deque>
#include <future>
#include <string>

#include "fleet/v1/fleet_service.pb.h"
#include "tests/support/simulated_clock.h"
#include "tests/unit/common/rpc/fake_transport.h"

namespace fleet::rpc {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kServiceName[] = "fleet.v1.FleetService";

StreamStep Message(const std::string& text, bool is_last = false) {
  return {is_last ? StreamStep::Kind::kLast : StreamStep::Kind::kMessage, std::make_shared<const std::string>(text),
          absl::OkStatus()};
}

// Steps as they are scripted; then it waits.
class Script {
 public:
  void Add(StreamStep step) {
    MutexLock lock(mutex_);
    steps_.push_back(std::move(step));
  }
  StreamStep Next() {
    ++taken_;
    MutexLock lock(mutex_);
    if (steps_.empty()) return StreamStep::Wait();
    StreamStep step = std::move(steps_.front());
    steps_.pop_front();
    return step;
  }
  int taken() const { return taken_; }

  std::atomic<int> sessions = 0;
  // Called by a step before it returns.
  std::function<void()> during_step;
  Wake wake;
  std::string opened;  // by whom, with what

 private:
  Mutex mutex_;
  std::deque<StreamStep> steps_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> taken_ = 0;
};

class ScriptedSession final : public StreamSession {
 public:
  explicit ScriptedSession(Script& script) : script_(script) { ++script_.sessions; }
  ~ScriptedSession() override { --script_.sessions; }
  StreamStep Step() override {
    StreamStep step = script_.Next();
    if (script_.during_step) script_.during_step();
    return step;
  }

 private:
  Script& script_;
};

struct WatchedApi {
  std::unique_ptr<StreamSession> Watch(const domain::Caller& caller, const v1::WatchFleetRequest& request, Wake wake) {
    script.opened = caller.user + " " + request.fleet_id();
    script.wake = std::move(wake);
    return std::make_unique<ScriptedSession>(script);
  }
  Script script;
};

class StreamCallTest : public ::testing::Test {
 protected:
  StreamCallTest() {
    table_.AddStream<v1::WatchFleetResponse>("fleet.v1.FleetService/WatchFleet", api_, &WatchedApi::Watch, pool_);
    Make(transport_);
  }
  void Make(FakeStreamTransport& transport) {
    call_ = std::make_shared<StreamCall>(*table_.MethodsOf(kServiceName)[0], environment_.calls, transport);
  }
  static std::string Body() {
    v1::WatchFleetRequest request;
    request.set_fleet_id("f");
    return request.SerializeAsString();
  }
  bool AwaitSteps(int count) {
    return testing::WaitUntil([&] { return api_.script.taken() >= count; });
  }

  WatchedApi api_;
  TestEnvironment environment_;
  FakeStreamTransport transport_{Body()};
  MethodTable table_{{kServiceName}};
  std::shared_ptr<StreamCall> call_;
  ThreadPool pool_{2, 100};
};

TEST_F(StreamCallTest, TheNextMessageIsMadeWhenTheLastOneIsSent) {
  api_.script.Add(Message("a"));
  api_.script.Add(Message("b"));
  api_.script.Add(Message("c", true));
  call_->Start();
  EXPECT_THAT(transport_.Await(1), ElementsAre("write a"));
  EXPECT_EQ(api_.script.taken(), 1);
  call_->OnWritten(true);
  EXPECT_THAT(transport_.Await(2), ElementsAre("write a", "write b"));
  call_->OnWritten(true);
  EXPECT_THAT(transport_.Await(3), ElementsAre("write a", "write b", "write c"));
  call_->OnWritten(true);
  EXPECT_THAT(transport_.events(), ElementsAre("write a", "write b", "write c", StartsWith("end OK")));
  EXPECT_EQ(api_.script.opened, "ann f");
  EXPECT_THAT(environment_.Metrics(), AllOf(HasSubstr("grpc_type=\"server_stream\"} 3"), HasSubstr("\"OK\"")));
  EXPECT_EQ(environment_.rpc_metrics.in_flight(), 0);
}

TEST_F(StreamCallTest, AWaitingStreamGoesOnWhenWoken) {
  call_->Start();
  ASSERT_TRUE(AwaitSteps(1));
  EXPECT_THAT(transport_.events(), IsEmpty());
  api_.script.Add(Message("a"));
  api_.script.wake();
  EXPECT_THAT(transport_.Await(1), ElementsAre("write a"));
}

TEST_F(StreamCallTest, AWakeUpDuringTheStepThatFindsNothingIsNotLost) {
  bool first = true;
  api_.script.during_step = [&] {
    if (!first) return;
    first = false;
    api_.script.Add(Message("a"));
    api_.script.wake();
  };
  call_->Start();
  EXPECT_THAT(transport_.Await(1), ElementsAre("write a"));
}

TEST_F(StreamCallTest, AWakeUpWhileAMessageIsOnItsWayStartsNoStep) {
  api_.script.Add(Message("a"));
  call_->Start();
  ASSERT_THAT(transport_.Await(1), ElementsAre("write a"));
  api_.script.wake();
  EXPECT_EQ(api_.script.taken(), 1);
  call_->OnWritten(true);
  EXPECT_TRUE(AwaitSteps(2));
}

TEST_F(StreamCallTest, ASessionsEndEndsTheStreamOnce) {
  api_.script.Add(StreamStep::End(absl::NotFoundError("no such fleet")));
  call_->Start();
  EXPECT_THAT(transport_.Await(1), ElementsAre(HasSubstr("no such fleet")));
  call_->OnCancel();
  api_.script.wake();
  EXPECT_THAT(transport_.events(), ElementsAre(StartsWith("end NOT_FOUND")));
}

TEST_F(StreamCallTest, AStreamWhoseCallerIsUnknownOrWhoseRequestIsMalformedIsNeverOpened) {
  transport_.SendNoUser();
  call_->Start();
  EXPECT_THAT(transport_.events(), ElementsAre(StartsWith("end UNAUTHENTICATED")));
  FakeStreamTransport malformed("\xff");
  Make(malformed);
  call_->Start();
  EXPECT_THAT(malformed.events(), ElementsAre(HasSubstr("fleet.v1.WatchFleetRequest")));
  EXPECT_EQ(api_.script.opened, "");
}

TEST_F(StreamCallTest, AnOpenStreamIsToldAndSoIsARefusedRequest) {
  call_->Start();
  ASSERT_TRUE(AwaitSteps(1));
  EXPECT_THAT(environment_.Metrics(), HasSubstr("fleet_service_streams_open 1\n"));
  call_->OnCancel();
  EXPECT_THAT(environment_.Metrics(), HasSubstr("fleet_service_streams_open 0\n"));
  for (const std::string& body : {std::string("\xff"), std::string(kUsualRequestBytes + 1, 'f')}) {
    FakeStreamTransport refused(body);
    Make(refused);
    call_->Start();
  }
  EXPECT_THAT(environment_.Metrics(),
              AllOf(HasSubstr(TestEnvironment::Refused("malformed", 1)),
                    HasSubstr(TestEnvironment::Refused("too_long", 1)), HasSubstr("fleet_service_streams_open 0\n")));
}

TEST_F(StreamCallTest, AStreamWhoseStepsMayNotWaitIsDropped) {
  std::promise<void> begun;
  std::promise<void> blocked;
  ThreadPool full(1, 1);  // after what its thread uses: it ends first
  ASSERT_TRUE(full.Submit([&begun, unblocked = blocked.get_future().share()] {
    begun.set_value();
    unblocked.wait();
  }));
  begun.get_future().wait();
  ASSERT_TRUE(full.Submit([] {}));
  MethodTable table({kServiceName});
  table.AddStream<v1::WatchFleetResponse>("fleet.v1.FleetService/WatchFleet", api_, &WatchedApi::Watch, full);
  FakeStreamTransport transport(Body());
  const auto call = std::make_shared<StreamCall>(*table.MethodsOf(kServiceName)[0], environment_.calls, transport);
  call->Start();
  EXPECT_THAT(transport.events(), ElementsAre(StartsWith("end UNAVAILABLE")));
  EXPECT_THAT(environment_.Metrics(), HasSubstr("fleet_service_streams_dropped_total{reason=\"too_many_steps\"} 1\n"));
  blocked.set_value();
}

TEST_F(StreamCallTest, ARequestLongerThanItsMethodTakesOpensNoStream) {
  table_.SetMaxRequestBytes("fleet.v1.FleetService/WatchFleet", Body().size() - 1);
  call_->Start();
  EXPECT_THAT(transport_.events(), ElementsAre(StartsWith("end RESOURCE_EXHAUSTED")));
  EXPECT_EQ(transport_.reads(), 0);
  EXPECT_EQ(api_.script.opened, "");
}

TEST_F(StreamCallTest, CancellingAWaitingStreamEndsItAndItsSession) {
  call_->Start();
  ASSERT_TRUE(AwaitSteps(1));
  call_->OnCancel();
  EXPECT_THAT(transport_.events(), ElementsAre(StartsWith("end CANCELLED")));
  call_.reset();
  EXPECT_TRUE(testing::WaitUntil([&] { return api_.script.sessions == 0; }));
  api_.script.wake();  // of a stream that is gone
}

TEST_F(StreamCallTest, WhileAMessageIsOnItsWayItsFailureEndsTheStream) {
  api_.script.Add(Message("a"));
  call_->Start();
  ASSERT_THAT(transport_.Await(1), ElementsAre("write a"));
  call_->OnCancel();
  EXPECT_THAT(transport_.events(), ElementsAre("write a"));
  call_->OnWritten(false);
  EXPECT_THAT(transport_.events(), ElementsAre("write a", StartsWith("end CANCELLED")));
}

// ---- Callers who do not read

TEST_F(StreamCallTest, AMessageThatIsNotTakenInTimeIsDroppedAndTheStreamEnded) {
  for (const bool is_last : {false, true}) {
    testing::SimulatedClock clock;
    OpenStreams streams(clock, absl::Seconds(30));
    const CallEnvironment calls{
        environment_.authenticator, environment_.rpc_metrics, environment_.intake, clock, environment_.budget, streams};
    FakeStreamTransport transport(Body());
    api_.script.Add(Message("a", is_last));
    const auto call = std::make_shared<StreamCall>(*table_.MethodsOf(kServiceName)[0], calls, transport);
    call->Start();
    ASSERT_THAT(transport.Await(1), ElementsAre("write a"));
    clock.Advance(absl::Seconds(29));
    EXPECT_EQ(streams.RunOnce(), 0);
    clock.Advance(absl::Seconds(1));
    EXPECT_EQ(streams.RunOnce(), 1);
    EXPECT_THAT(transport.events(), ElementsAre("write a", "drop"));
    call->OnWritten(false);
    EXPECT_THAT(transport.events(), ElementsAre("write a", "drop", StartsWith("end CANCELLED")));
    EXPECT_EQ(streams.RunOnce(), 0);
  }
  EXPECT_THAT(environment_.Metrics(), AllOf(HasSubstr("fleet_service_streams_dropped_total{reason=\"not_read\"} 2\n"),
                                            HasSubstr("fleet_service_streams_open 0\n")));
}

TEST_F(StreamCallTest, AStreamDoesNotEndWhileItsMessageIsBeingDropped) {
  testing::SimulatedClock clock;
  OpenStreams streams(clock, absl::Seconds(30));
  const CallEnvironment calls{
      environment_.authenticator, environment_.rpc_metrics, environment_.intake, clock, environment_.budget, streams};
  FakeStreamTransport transport(Body());
  api_.script.Add(Message("a"));
  const auto call = std::make_shared<StreamCall>(*table_.MethodsOf(kServiceName)[0], calls, transport);
  call->Start();
  ASSERT_THAT(transport.Await(1), ElementsAre("write a"));
  transport.during_drop = [&] {
    call->OnCancel();
    call->OnWritten(false);
    EXPECT_THAT(transport.events(), ElementsAre("write a", "drop"));
  };
  clock.Advance(absl::Seconds(31));
  EXPECT_EQ(streams.RunOnce(), 1);
  EXPECT_THAT(transport.events(), ElementsAre("write a", "drop", StartsWith("end CANCELLED")));
}

TEST_F(StreamCallTest, AWatcherThatWaitsOrReadsIsLeftAlone) {
  testing::SimulatedClock clock;
  OpenStreams streams(clock, absl::Seconds(30));
  const CallEnvironment calls{
      environment_.authenticator, environment_.rpc_metrics, environment_.intake, clock, environment_.budget, streams};
  FakeStreamTransport transport(Body());
  api_.script.Add(Message("a"));
  const auto call = std::make_shared<StreamCall>(*table_.MethodsOf(kServiceName)[0], calls, transport);
  call->Start();
  ASSERT_THAT(transport.Await(1), ElementsAre("write a"));
  call->OnWritten(true);
  ASSERT_TRUE(AwaitSteps(2));
  clock.Advance(absl::Hours(1));
  EXPECT_EQ(streams.RunOnce(), 0);
}

TEST_F(StreamCallTest, AMessageMadeForAStreamThatHasEndedIsNotSent) {
  std::promise<void> cancelled;
  api_.script.during_step = [&] { cancelled.get_future().wait(); };
  api_.script.Add(Message("a"));
  call_->Start();
  ASSERT_TRUE(AwaitSteps(1));
  call_->OnCancel();
  call_.reset();
  cancelled.set_value();
  EXPECT_TRUE(testing::WaitUntil([&] { return api_.script.sessions == 0; })) << "it lives until its step has ended";
  EXPECT_THAT(transport_.events(), ElementsAre(StartsWith("end CANCELLED")));
}

}  // namespace
}  // namespace fleet::rpc
