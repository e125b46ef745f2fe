// absl::Status on our side, grpc::Status with google.rpc details on the wire.
#ifndef FLEET_COMMON_RPC_GRPC_STATUS_H_
#define FLEET_COMMON_RPC_GRPC_STATUS_H_

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace fleet::rpc {

// Every error carries google.rpc.ErrorInfo (domain "fleet.v1"); violations become BadRequest and
// QuotaFailure, advice RetryInfo.
grpc::Status ToGrpcStatus(const absl::Status& status);
// The reverse: GetErrorInfo() of the result gives what the details held.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_GRPC_STATUS_H_
