// A gRPC server of a MethodTable, with gRPC's own health service and reflection.
#ifndef FLEET_COMMON_RPC_GRPC_SERVER_H_
#define FLEET_COMMON_RPC_GRPC_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/call_record.h"
#include "common/rpc/grpc_log.h"
#include "common/rpc/grpc_service.h"
#include "common/rpc/message_bounds.h"
#include "common/rpc/method_table.h"
#include "grpcpp/server.h"

namespace fleet::rpc {

class GrpcServer {
 public:
  // For the health service's `service`: whether the process is alive, whatever it lacks.
  static constexpr char kLiveness[] = "liveness";

  struct Options {
    std::string listen;                        // "host:port"; port 0 takes a free one
    int max_receive_bytes = kMaxRequestBytes;  // of one request
    // Of requests that are being received, all together. At the limit gRPC ends some of their calls, at random, with
    // RESOURCE_EXHAUSTED.
    std::size_t receive_buffer_bytes = std::size_t{320} << 20;
    absl::Duration drain_timeout = absl::Seconds(10);  // how long calls may take to finish
  };
  // Serving when it returns. The table and the environment outlive it. Returns kFailedPrecondition if the table is not
  // complete, kUnavailable if the address is taken.
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(const Options& options, const MethodTable& methods,
                                                           const CallEnvironment& environment);
  // Ends every call.
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  int port() const { return port_; }
  // What the health service says of every service and of the server as a whole: SERVING at first. Calls are served all
  // the same. Of kLiveness it says SERVING as long as the server runs.
  void SayServing(bool serving);
  // Lets calls finish for the drain time, then ends those that are left and closes.
  void Drain();

 private:
  GrpcServer(const Options& options, const MethodTable& methods, const CallEnvironment& environment);
  absl::Status Listen();

  const Options options_;
  const CallEnvironment environment_;
  const GrpcLog log_;
  std::vector<std::string> names_;
  std::vector<std::unique_ptr<GrpcService>> services_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_GRPC_SERVER_H_
