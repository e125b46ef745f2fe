// The one wrapper of every unary RPC: authenticate, count, time, log, leave the gRPC thread, convert the status, finish
// exactly once.
#ifndef FLEET_COMMON_RPC_RPC_HANDLER_H_
#define FLEET_COMMON_RPC_RPC_HANDLER_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/lifecycle/thread_pool.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/authenticator.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"

namespace fleet::rpc {

class RpcHandler {
 public:
  // `service`: full name for metrics and logs.
  RpcHandler(std::string service, const Authenticator& authenticator, ThreadPool& pool, metrics::RpcMetrics& metrics,
             const Clock& clock);

  // Runs `work` on the pool; its status ends the call. A call whose deadline has passed or whose caller is gone
  // before its turn is not begun. Answers kUnavailable when the pool is full.
  using Work = std::function<absl::Status(const Caller&)>;
  grpc::ServerUnaryReactor* Run(const char* method, grpc::CallbackServerContext* context, Work work);

  // For calls that wait: `start` runs on the gRPC thread, must not block, and calls `done` exactly once, from any
  // thread. `abandoned` turns true when the caller is gone.
  using Done = std::function<void(const absl::Status&)>;
  using Abandoned = std::shared_ptr<const std::atomic<bool>>;
  using Start = std::function<void(const Caller&, const Abandoned& abandoned, const Done& done)>;
  grpc::ServerUnaryReactor* RunAsync(const char* method, grpc::CallbackServerContext* context, const Start& start);

 private:
  class Call;

  const std::string service_;
  const Authenticator& authenticator_;
  ThreadPool& pool_;
  metrics::RpcMetrics& metrics_;
  const Clock& clock_;
};

// Logs a failed call: the server's own faults as warnings, callers' errors not at all (metrics count them).
void LogFailedCall(const std::string& service, const std::string& method, const absl::Status& status);

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_RPC_HANDLER_H_
