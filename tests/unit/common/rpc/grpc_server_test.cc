#include "common/rpc/grpc_server.h"

#include <gmock/gmock.h>

#include <thread>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "fleet/v1/admin_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "grpcpp/server_builder.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/rpc/fake_transport.h"

namespace fleet::rpc {
namespace {

using ::fleet::testing::IsOk;
using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;
using Health = grpc::health::v1::HealthCheckResponse;

// Says whom it was called by and with what; streams `count` equal messages.
struct EchoApi {
  absl::Status SetLimit(const domain::Caller& caller, const v1::SetLimitRequest& request,
                        v1::SetLimitResponse& response) {
    if (request.name() == "refused") return InvalidField("name", "is refused");
    response.mutable_limit()->set_name(caller.user + " " + request.name());
    return absl::OkStatus();
  }
  absl::Status ListAuditEvents(const domain::Caller&, const v1::ListAuditEventsRequest&, v1::ListAuditEventsResponse&) {
    return absl::OkStatus();
  }
  // For the methods of which no test asks anything.
  template <typename Request, typename Response>
  absl::Status Nothing(const domain::Caller&, const Request&, Response&) {
    return absl::OkStatus();
  }
  // Answers when the caller is gone.
  void ListLimits(const domain::Caller&, const v1::ListLimitsRequest&, v1::ListLimitsResponse&,
                  const PendingCall& call) {
    MutexLock lock(mutex);
    pending.push_back(call);
  }

  Mutex mutex;
  std::vector<PendingCall> pending ABSL_GUARDED_BY(mutex);
};

class Repeater final : public StreamSession {
 public:
  Repeater(int count, SharedBytes message) : left_(count), message_(std::move(message)) {}
  StreamStep Step() override {
    const auto kind = --left_ > 0 ? StreamStep::Kind::kMessage : StreamStep::Kind::kLast;
    return {kind, message_, absl::OkStatus()};
  }

 private:
  int left_;
  const SharedBytes message_;
};

struct RepeatApi {
  int count = 3;
  std::unique_ptr<StreamSession> Watch(const domain::Caller&, const v1::WatchFleetRequest& request, Wake) {
    v1::WatchFleetResponse message;
    message.set_resume_token(request.fleet_id());
    return std::make_unique<Repeater>(count, std::make_shared<const std::string>(message.SerializeAsString()));
  }
};

class GrpcServerTest : public ::testing::Test {
 protected:
  GrpcServerTest() {
    methods_.Add("fleet.v1.AdminService/SetLimit", api_, &EchoApi::SetLimit, pool_);
    methods_.SetMaxRequestBytes("fleet.v1.AdminService/SetLimit", kMaxRequestBytes);
    methods_.Add("fleet.v1.AdminService/ListAuditEvents", api_, &EchoApi::ListAuditEvents, pool_);
    methods_.AddPending("fleet.v1.AdminService/ListLimits", api_, &EchoApi::ListLimits);
    methods_.Add("fleet.v1.AdminService/ListRunners", api_,
                 &EchoApi::Nothing<v1::ListRunnersRequest, v1::ListRunnersResponse>, pool_);
    methods_.Add("fleet.v1.AdminService/GetRunner", api_,
                 &EchoApi::Nothing<v1::GetRunnerRequest, v1::GetRunnerResponse>, pool_);
    methods_.Add("fleet.v1.AdminService/GetSystemStatus", api_,
                 &EchoApi::Nothing<v1::GetSystemStatusRequest, v1::GetSystemStatusResponse>, pool_);
  }
  void SetUp() override {
    GrpcServer::Options options;
    options.listen = "127.0.0.1:0";
    FLEET_ASSERT_OK_AND_ASSIGN(server_, GrpcServer::Start(options, methods_, environment_.calls));
    address_ = absl::StrCat("127.0.0.1:", server_->port());
    channel_ = MakeChannel(address_);
    stub_ = v1::AdminService::NewStub(channel_);
  }
  absl::Status SetLimit(const std::string& name, v1::SetLimitResponse& response) {
    grpc::ClientContext context;
    PrepareContext(context, "ann", absl::Seconds(20));
    v1::SetLimitRequest request;
    request.set_name(name);
    return FromGrpcStatus(stub_->SetLimit(&context, request, &response));
  }
  // Bytes as they stand, to any method.
  absl::Status CallRaw(const std::string& path, const std::string& bytes) {
    grpc::ClientContext context;
    PrepareContext(context, "ann", absl::Seconds(20));
    const grpc::Slice slice(bytes);
    const grpc::ByteBuffer request(&slice, 1);
    grpc::ByteBuffer response;
    return FromGrpcStatus(grpc::internal::BlockingUnaryCall(
        channel_.get(), grpc::internal::RpcMethod(path.c_str(), grpc::internal::RpcMethod::NORMAL_RPC), &context,
        request, &response));
  }
  Health::ServingStatus HealthOf(const std::string& service) {
    grpc::ClientContext context;
    PrepareContext(context, "", absl::Seconds(20));
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(service);
    Health response;
    using grpc::internal::RpcMethod;
    const grpc::Status status = grpc::internal::BlockingUnaryCall(
        channel_.get(), RpcMethod("/grpc.health.v1.Health/Check", RpcMethod::NORMAL_RPC), &context, request, &response);
    EXPECT_TRUE(status.ok()) << service << status.error_message();
    return response.status();
  }
  std::size_t Pending() {
    MutexLock lock(api_.mutex);
    return api_.pending.size();
  }

  EchoApi api_;
  TestEnvironment environment_;
  ThreadPool pool_{2, 100};
  MethodTable methods_{{"fleet.v1.AdminService"}};
  std::unique_ptr<GrpcServer> server_;
  std::string address_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AdminService::Stub> stub_;
};

TEST_F(GrpcServerTest, EveryMethodHasItsSeriesBeforeItIsCalled) {
  EXPECT_THAT(environment_.Metrics(),
              HasSubstr("grpc_server_started_total{grpc_method=\"SetLimit\",grpc_service=\"fleet.v1.AdminService\","
                        "grpc_type=\"unary\"} 0\n"));
  EXPECT_THAT(environment_.Metrics(),
              HasSubstr("grpc_server_handled_total{grpc_code=\"Unavailable\",grpc_method=\"ListLimits\","
                        "grpc_service=\"fleet.v1.AdminService\",grpc_type=\"unary\"} 0\n"));
}

TEST_F(GrpcServerTest, ACallIsAnsweredWithItsResponse) {
  v1::SetLimitResponse response;
  EXPECT_THAT(SetLimit("user_active", response), IsOk());
  EXPECT_EQ(response.limit().name(), "ann user_active");
  // Neither a message too large for one slice nor an empty one is special.
  EXPECT_THAT(SetLimit(std::string(3 << 20, 'x'), response), IsOk());
  EXPECT_EQ(response.limit().name().size(), (3 << 20) + 4U);
  EXPECT_THAT(CallRaw("/fleet.v1.AdminService/ListAuditEvents", ""), IsOk());
}

TEST_F(GrpcServerTest, AnErrorOfAHandlerCarriesItsDetails) {
  v1::SetLimitResponse response;
  const absl::Status status = SetLimit("refused", response);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_EQ(GetErrorInfo(status).violations.size(), 1U);
  EXPECT_EQ(GetErrorInfo(status).violations[0].field, "name");
}

TEST_F(GrpcServerTest, BytesThatAreNoRequestAreAnsweredByUs) {
  const absl::Status status = CallRaw("/fleet.v1.AdminService/SetLimit", "\xff\xff\xff");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("fleet.v1.SetLimitRequest")));
  EXPECT_EQ(GetErrorInfo(status).reason, "MALFORMED_REQUEST");
}

TEST_F(GrpcServerTest, BytesThatAreNoRequestNameTheirField) {
  const absl::Status status = CallRaw("/fleet.v1.AdminService/SetLimit", "\x0a\x02\xff\xff");
  ASSERT_EQ(GetErrorInfo(status).violations.size(), 1U) << status;
  EXPECT_EQ(GetErrorInfo(status).violations[0].field, "name");
}

TEST_F(GrpcServerTest, ACompressedRequestIsRefusedUnread) {
  for (const auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    grpc::ClientContext context;
    PrepareContext(context, "ann", absl::Seconds(20));
    context.set_compression_algorithm(algorithm);
    v1::SetLimitRequest request;
    request.set_name(std::string(100'000, 'n'));
    v1::SetLimitResponse response;
    EXPECT_EQ(stub_->SetLimit(&context, request, &response).error_code(), grpc::StatusCode::UNIMPLEMENTED);
  }
  EXPECT_THAT(environment_.Metrics(), HasSubstr(TestEnvironment::Refused("compressed", 2)));
}

TEST_F(GrpcServerTest, HealthFollowsWhatTheServerSaysAndLivenessDoesNot) {
  for (const bool serving : {true, false, true}) {
    server_->SayServing(serving);
    for (const char* service : {"", "fleet.v1.AdminService"}) {
      EXPECT_EQ(HealthOf(service), serving ? Health::SERVING : Health::NOT_SERVING) << service;
    }
    EXPECT_EQ(HealthOf(GrpcServer::kLiveness), Health::SERVING);
  }
}

TEST_F(GrpcServerTest, AnUnknownMethodIsUnimplemented) {
  EXPECT_THAT(CallRaw("/fleet.v1.AdminService/Reboot", ""), StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(GrpcServerTest, APendingCallKnowsItsDeadlineAndThatItsCallerHasGone) {
  grpc::ClientContext context;
  PrepareContext(context, "ann", absl::Minutes(10));
  std::thread caller([&] {
    v1::ListLimitsResponse response;
    EXPECT_EQ(stub_->ListLimits(&context, v1::ListLimitsRequest(), &response).error_code(),
              grpc::StatusCode::CANCELLED);
  });
  ASSERT_TRUE(testing::WaitUntil([&] { return Pending() == 1; }));
  context.TryCancel();
  caller.join();
  MutexLock lock(api_.mutex);
  EXPECT_GT(api_.pending[0].time_left, absl::Minutes(9));
  EXPECT_LE(api_.pending[0].time_left, absl::Minutes(10));
  EXPECT_TRUE(testing::WaitUntil([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return api_.pending[0].abandoned->load(); }));
  api_.pending[0].done(absl::CancelledError("gone"));
}

class GrpcStreamTest : public ::testing::Test {
 protected:
  GrpcStreamTest() {
    methods_.AddStream<v1::WatchFleetResponse>("fleet.v1.FleetService/WatchFleet", api_, &RepeatApi::Watch, pool_);
  }
  // The other methods of this service have no rows: so it must be put on a server by hand.
  std::unique_ptr<v1::FleetService::Stub> Serve(const CallEnvironment& calls) {
    service_ = std::make_unique<GrpcService>("fleet.v1.FleetService", methods_, calls);
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    return v1::FleetService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", port)));
  }

  RepeatApi api_;
  TestEnvironment environment_;
  ThreadPool pool_{2, 100};
  MethodTable methods_{{"fleet.v1.FleetService"}};
  std::unique_ptr<GrpcService> service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(GrpcStreamTest, ACallerWhoDoesNotReadIsEnded) {
  api_.count = 1'000'000;
  testing::SimulatedClock clock;
  OpenStreams streams(clock, absl::Seconds(30));
  const CallEnvironment calls{
      environment_.authenticator, environment_.rpc_metrics, environment_.intake, clock, environment_.budget, streams};
  const auto stub = Serve(calls);
  grpc::ClientContext context;
  PrepareContext(context, "ann", absl::InfiniteDuration());
  v1::WatchFleetRequest request;
  request.set_fleet_id(std::string(40'000, 'f'));
  const auto reader = stub->WatchFleet(&context, request);
  v1::WatchFleetResponse message;
  ASSERT_TRUE(reader->Read(&message));
  // Until the connection has taken what it can, messages go on being sent.
  ASSERT_TRUE(testing::WaitUntil([&] {
    clock.Advance(absl::Seconds(31));
    return streams.RunOnce() == 1;
  }));
  EXPECT_TRUE(testing::WaitUntil([&] { return environment_.rpc_metrics.in_flight() == 0; }));
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(GrpcStreamTest, SendsItsSharedMessages) {
  const auto stub = Serve(environment_.calls);
  grpc::ClientContext context;
  PrepareContext(context, "ann", absl::Seconds(20));
  v1::WatchFleetRequest request;
  request.set_fleet_id(std::string(100000, 'f'));
  const auto reader = stub->WatchFleet(&context, request);
  v1::WatchFleetResponse message;
  int messages = 0;
  for (; reader->Read(&message); ++messages) EXPECT_EQ(message.resume_token(), request.fleet_id());
  EXPECT_EQ(messages, 3);
  EXPECT_TRUE(reader->Finish().ok());
}

TEST_F(GrpcServerTest, AnAddressThatIsTakenAndATableThatIsNotCompleteAreSaid) {
  GrpcServer::Options options;
  options.listen = address_;
  EXPECT_THAT(GrpcServer::Start(options, methods_, environment_.calls),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("is the port taken?")));
  EXPECT_THAT(GrpcServer::Start(options, MethodTable({"fleet.v1.AdminService"}), environment_.calls),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("ListLimits has no row")));
}

TEST_F(GrpcServerTest, DrainingSaysSoAndLetsTheCallsThatRunFinish) {
  std::thread caller([&] {
    grpc::ClientContext context;
    PrepareContext(context, "ann", absl::Seconds(20));
    v1::ListLimitsResponse response;
    EXPECT_TRUE(stub_->ListLimits(&context, v1::ListLimitsRequest(), &response).ok());
  });
  ASSERT_TRUE(testing::WaitUntil([&] { return Pending() == 1; }));
  server_->SayServing(false);
  EXPECT_EQ(HealthOf("fleet.v1.AdminService"), Health::NOT_SERVING);
  std::thread drain([&] { server_->Drain(); });
  {
    MutexLock lock(api_.mutex);
    api_.pending[0].done(absl::OkStatus());
  }
  drain.join();
  caller.join();
  v1::SetLimitResponse response;
  EXPECT_THAT(SetLimit("late", response), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace fleet::rpc
