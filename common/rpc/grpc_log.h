// gRPC's own log, as lines of ours. One of them is the only sign of a compressed request, which gRPC refuses by itself
// before anything of ours is called. With GRPC_VERBOSITY=NONE in the environment there are no lines, and no sign.
#ifndef FLEET_COMMON_RPC_GRPC_LOG_H_
#define FLEET_COMMON_RPC_GRPC_LOG_H_

#include "common/metrics/fleet_metrics.h"

namespace fleet::rpc {

// While it lives, compressed requests that any server of this process refuses are counted, and not logged: their
// senders would fill the log. From the first one on, the process's other lines of gRPC are structured.
class GrpcLog {
 public:
  // `metrics` must outlive it.
  explicit GrpcLog(metrics::IntakeMetrics& metrics);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;

 private:
  metrics::IntakeMetrics& metrics_;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_GRPC_LOG_H_
