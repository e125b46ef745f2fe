#include "common/rpc/grpc_server.h"

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/call_record.h"
#include "common/status/status_macros.h"
#include "google/protobuf/message.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/resource_quota.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace fleet::rpc {
namespace {

// How long a draining server waits for its connections once no call is left.
constexpr absl::Duration kCloseTimeout = absl::Seconds(1);
constexpr absl::Duration kDrainPoll = absl::Milliseconds(10);

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(const Options& options, const MethodTable& methods,
                                                              const CallEnvironment& environment) {
  FLEET_RETURN_IF_ERROR(methods.Check());
  std::unique_ptr<GrpcServer> server(new GrpcServer(options, methods, environment));
  FLEET_RETURN_IF_ERROR(server->Listen());
  return server;
}

GrpcServer::GrpcServer(const Options& options, const MethodTable& methods, const CallEnvironment& environment)
    : options_(options), environment_(environment), log_(environment.intake), names_(methods.services()) {
  names_.push_back("");  // the server as a whole
  for (const std::string& name : methods.services()) {
    for (const Method* method : methods.MethodsOf(name)) {
      environment_.metrics.Expect(RpcTypeOf(*method), name, method->name);
    }
    services_.push_back(std::make_unique<GrpcService>(name, methods, environment_));
  }
}

GrpcServer::~GrpcServer() {
  // At once: whoever wants calls to finish has drained.
  if (server_ != nullptr) server_->Shutdown(std::chrono::system_clock::now());
}

absl::Status GrpcServer::Listen() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // The linker would drop the health service's descriptor, which reflection needs.
  google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options_.listen, grpc::InsecureServerCredentials(), &port_);
  builder.SetMaxReceiveMessageSize(options_.max_receive_bytes);
  builder.SetResourceQuota(grpc::ResourceQuota("requests").Resize(options_.receive_buffer_bytes));
  // A megabyte may unpack to a gigabyte: compressed requests are answered UNIMPLEMENTED, unread.
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_DEFLATE, false);
  builder.SetCompressionAlgorithmSupportStatus(GRPC_COMPRESS_GZIP, false);
  // Connections that say nothing, and messages that are not read, hold little and not for long.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_WRITE_BUFFER_SIZE, 16 << 10);
  // Two services on one port would share its calls by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", options_.listen, ": is the port taken? Choose another with --listen"));
  }
  server_->GetHealthCheckService()->SetServingStatus(kLiveness, true);
  SayServing(true);
  return absl::OkStatus();
}

void GrpcServer::SayServing(bool serving) {
  for (const std::string& name : names_) server_->GetHealthCheckService()->SetServingStatus(name, serving);
}

void GrpcServer::Drain() {
  // Shutdown also waits until every client has closed its connection, which one without a call does some seconds late:
  // so the calls are waited for first.
  const absl::Duration end = environment_.clock.Elapsed() + options_.drain_timeout;
  while (environment_.metrics.in_flight() > 0 && environment_.clock.Elapsed() < end) absl::SleepFor(kDrainPoll);
  server_->Shutdown(std::chrono::system_clock::now() + absl::ToChronoMilliseconds(kCloseTimeout));
}

}  // namespace fleet::rpc
