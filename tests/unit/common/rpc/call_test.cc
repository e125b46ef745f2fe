#include "common/rpc/call.h"

#include <gmock/gmock.h>

#include <future>
#include <string>

#include "common/status/error_info.h"
#include "common/status/public_words.h"
#include "fleet/v1/admin_service.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/rpc/fake_transport.h"

namespace fleet::rpc {
namespace {

using ::fleet::testing::IsOk;
using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kService[] = "fleet.v1.AdminService";

// What handlers are given, and what they answer.
struct AnsweringApi {
  absl::Status SetLimit(const domain::Caller& caller, const v1::SetLimitRequest& request,
                        v1::SetLimitResponse& response) {
    ++calls;
    traceparent = caller.traceparent;
    response.mutable_limit()->set_name(caller.user + " " + request.name());
    return answer;
  }
  void ListLimits(const domain::Caller&, const v1::ListLimitsRequest&, v1::ListLimitsResponse& response,
                  const PendingCall& pending) {
    ++calls;
    call = pending;
    response.add_limits()->set_name("later");
  }

  absl::Status answer;
  std::atomic<int> calls = 0;
  std::string traceparent;  // of the last call
  PendingCall call;
};

class CallTest : public ::testing::Test {
 protected:
  CallTest() {
    table_.Add("fleet.v1.AdminService/SetLimit", api_, &AnsweringApi::SetLimit, pool_);
    table_.AddPending("fleet.v1.AdminService/ListLimits", api_, &AnsweringApi::ListLimits);
  }
  const Method& MethodNamed(const std::string& name) {
    for (const Method* method : table_.MethodsOf(kService)) {
      if (method->name == name) return *method;
    }
    throw std::runtime_error(name);
  }
  static std::string Body(const std::string& name) {
    v1::SetLimitRequest request;
    request.set_name(name);
    return request.SerializeAsString();
  }
  // Keeps the pool's one thread busy until blocked_ is set.
  void BlockPool() {
    std::promise<void> begun;
    ASSERT_TRUE(pool_.Submit([&, this] {
      begun.set_value();
      blocked_.get_future().wait();
    }));
    begun.get_future().wait();
  }

  AnsweringApi api_;
  TestEnvironment environment_;
  std::promise<void> blocked_;
  ThreadPool pool_{1, 1};
  MethodTable table_{{kService}};
};

TEST_F(CallTest, TheHandlerIsGivenCallerAndRequestAndItsResponseIsSent) {
  FakeUnaryTransport transport(Body("user_active"));
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  EXPECT_THAT(transport.status(), IsOk());
  EXPECT_THAT(transport.response(), HasSubstr("ann user_active"));
  EXPECT_THAT(transport.statuses(), SizeIs(1));
}

TEST_F(CallTest, ACallOfATraceIsASpanOfItAndItsHandlerKnows) {
  metrics::TraceMetrics trace_metrics(*environment_.registry);
  tracing::SpanBuffer buffer(trace_metrics);
  const tracing::Tracer tracer(buffer, 0);
  const CallEnvironment calls{environment_.authenticator,
                              environment_.rpc_metrics,
                              environment_.intake,
                              Clock::System(),
                              environment_.budget,
                              environment_.streams,
                              nullptr,
                              tracer};
  FakeUnaryTransport transport(Body("user_active"));
  transport.SendTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  Call call(MethodNamed("SetLimit"), calls, transport);
  call.Start();
  EXPECT_THAT(transport.status(), IsOk());
  const std::vector<tracing::Span> spans = buffer.Take(9);
  ASSERT_THAT(spans, SizeIs(1));
  EXPECT_EQ(spans[0].parent_id.ToHex(), "b7ad6b7169203331");
  EXPECT_EQ(api_.traceparent, tracing::FormatTraceparent({spans[0].trace_id, spans[0].span_id, true}));
}

TEST_F(CallTest, WhatIsLoggedOfACallNamesItAndItsTrace) {
  api_.answer = absl::InternalError("broken");
  FakeUnaryTransport transport(Body("user_active"));
  transport.SendTraceparent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ::testing::internal::CaptureStderr();
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kInternal));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr(R"("trace":"0af7651916cd43dd8448eb211c80319c")"));
  EXPECT_THAT(log, HasSubstr(R"("request":")"));
}

TEST_F(CallTest, AnUnknownCallerIsRefusedBeforeTheRequestIsRead) {
  FakeUnaryTransport transport(Body("user_active"));
  transport.SendNoUser();
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_EQ(transport.reads(), 0);
  EXPECT_EQ(api_.calls, 0);
}

TEST_F(CallTest, BytesThatAreNoRequestAreTheCallersError) {
  for (const char* name : {"SetLimit", "ListLimits"}) {
    FakeUnaryTransport transport("\xff\xff");
    Call call(MethodNamed(name), environment_.calls, transport);
    call.Start();
    EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("fleet.v1."))) << name;
    EXPECT_EQ(GetErrorInfo(transport.status()).reason, "MALFORMED_REQUEST") << name;
  }
  EXPECT_EQ(api_.calls, 0);
  EXPECT_THAT(environment_.Metrics(), HasSubstr(TestEnvironment::Refused("malformed", 2)));
}

TEST_F(CallTest, ARequestLongerThanItsMethodTakesIsRefusedUnread) {
  table_.SetMaxRequestBytes("fleet.v1.AdminService/SetLimit", 100);
  for (const std::size_t bytes : {98U, 99U}) {
    FakeUnaryTransport transport(Body(std::string(bytes, 'n')));
    Call call(MethodNamed("SetLimit"), environment_.calls, transport);
    call.Start();
    if (bytes == 98) {
      EXPECT_THAT(transport.status(), IsOk());
      continue;
    }
    EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr("101 bytes; SetLimit")));
    EXPECT_EQ(GetErrorInfo(transport.status()).reason, "REQUEST_TOO_LARGE");
    EXPECT_EQ(transport.reads(), 0);
  }
  EXPECT_THAT(environment_.Metrics(), HasSubstr(TestEnvironment::Refused("too_long", 1)));
}

TEST_F(CallTest, WhileOtherRequestsTakeTheBudgetALargeOneIsToldToTryAgain) {
  const std::size_t large = 200'000;
  RequestBudget budget(2 * large);
  const CallEnvironment calls{
      environment_.authenticator, environment_.rpc_metrics, environment_.intake, Clock::System(), budget,
      environment_.streams};
  ASSERT_TRUE(budget.Take(large));
  ASSERT_TRUE(budget.Take(large));
  FakeUnaryTransport refused(Body(std::string(large, 'n')));
  Call late(MethodNamed("SetLimit"), calls, refused);
  late.Start();
  EXPECT_THAT(refused.status(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(GetErrorInfo(refused.status()).reason, "TOO_MANY_REQUEST_BYTES");
  EXPECT_GT(GetErrorInfo(refused.status()).retry_after, absl::ZeroDuration());
  EXPECT_EQ(refused.reads(), 0);
  EXPECT_THAT(environment_.Metrics(),
              AllOf(HasSubstr(TestEnvironment::Refused("budget", 1)), HasSubstr("fleet_service_request_bytes 0\n")));

  FakeUnaryTransport small(Body("user_active"));
  Call unharmed(MethodNamed("SetLimit"), calls, small);
  unharmed.Start();
  EXPECT_THAT(small.status(), IsOk());

  budget.Give(2 * large);
  FakeUnaryTransport again(Body(std::string(large, 'n')));
  Call later(MethodNamed("SetLimit"), calls, again);
  later.Start();
  EXPECT_THAT(again.status(), IsOk());
  EXPECT_EQ(budget.taken(), 0U);
}

TEST_F(CallTest, ARequestThatFillsTheBudgetAloneIsTaken) {
  RequestBudget budget(1000);
  EXPECT_TRUE(budget.Take(500'000));
  EXPECT_FALSE(budget.Take(70'000));
  EXPECT_TRUE(budget.Take(RequestBudget::kSmallBytes));
}

TEST_F(CallTest, TheBytesOfARequestAreToldUntilItsCallEnds) {
  FakeUnaryTransport transport(std::string("\x0a\x03xyz"));
  Call call(MethodNamed("ListLimits"), environment_.calls, transport);
  call.Start();
  ASSERT_EQ(api_.calls, 1);
  EXPECT_THAT(environment_.Metrics(), HasSubstr("fleet_service_request_bytes 5\n"));
  api_.call.done(absl::OkStatus());
  EXPECT_THAT(environment_.Metrics(), HasSubstr("fleet_service_request_bytes 0\n"));
}

TEST_F(CallTest, TheWordsOfTheDatabaseStayInTheLog) {
  api_.answer = WithPublicWords(absl::UnavailableError("FATAL: too many connections for role \"fleet\""),
                                "the database cannot be reached");
  FakeUnaryTransport transport;
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  const absl::Status told = transport.status();
  EXPECT_THAT(told, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("the database cannot be reached (call ")));
  EXPECT_THAT(told.ToString(), Not(HasSubstr("role")));
  EXPECT_THAT(std::string(told.message()), HasSubstr(GetErrorInfo(told).metadata["call_id"]));
  EXPECT_THAT(GetErrorInfo(told).metadata["call_id"], SizeIs(16));
}

TEST_F(CallTest, AHandlersErrorEndsTheCall) {
  api_.answer = absl::NotFoundError("no such limit");
  FakeUnaryTransport transport;
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kNotFound, "no such limit"));
}

TEST_F(CallTest, ACallerWhoLeavesBeforeTheTurnIsNotServed) {
  BlockPool();
  FakeUnaryTransport transport;
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  call.Abandon();
  blocked_.set_value();
  EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_EQ(api_.calls, 0);
}

TEST_F(CallTest, MoreThanMayWaitAreRefused) {
  BlockPool();
  ASSERT_TRUE(pool_.Submit([] {}));
  FakeUnaryTransport transport;
  Call call(MethodNamed("SetLimit"), environment_.calls, transport);
  call.Start();
  EXPECT_THAT(transport.status(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("try again")));
  EXPECT_THAT(environment_.Metrics(), HasSubstr(TestEnvironment::Refused("too_many_calls", 1)));
  blocked_.set_value();
}

TEST_F(CallTest, APendingCallEndsWhenItsHandlerSaysSo) {
  FakeUnaryTransport transport;
  Call call(MethodNamed("ListLimits"), environment_.calls, transport);
  call.Start();
  EXPECT_EQ(api_.calls, 1);
  EXPECT_THAT(transport.statuses(), SizeIs(0));
  EXPECT_EQ(environment_.rpc_metrics.in_flight(), 1);
  EXPECT_EQ(api_.call.time_left, absl::Seconds(7));
  EXPECT_FALSE(*api_.call.abandoned);
  call.Abandon();
  EXPECT_TRUE(*api_.call.abandoned);
  api_.call.done(absl::OkStatus());
  EXPECT_THAT(transport.status(), IsOk());
  EXPECT_THAT(transport.response(), HasSubstr("later"));
  EXPECT_EQ(environment_.rpc_metrics.in_flight(), 0);
}

TEST_F(CallTest, EveryCallIsCounted) {
  const std::string labels = R"(grpc_method="SetLimit",grpc_service="fleet.v1.AdminService",grpc_type="unary"})";
  FakeUnaryTransport good(Body("a"));
  Call first(MethodNamed("SetLimit"), environment_.calls, good);
  first.Start();
  EXPECT_THAT(good.status(), IsOk());
  FakeUnaryTransport bad("\xff");
  Call second(MethodNamed("SetLimit"), environment_.calls, bad);
  second.Start();
  EXPECT_THAT(bad.status(), Not(IsOk()));
  const std::string text = environment_.Metrics();
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{" + labels + " 2"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_received_total{" + labels + " 2"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_sent_total{" + labels + " 1"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"InvalidArgument\"," + labels + " 1"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handled_total{grpc_code=\"OK\"," + labels + " 1"));
}

}  // namespace
}  // namespace fleet::rpc
