// A service of a MethodTable on gRPC, which hands over the bytes of every call as they come.
#ifndef FLEET_COMMON_RPC_GRPC_SERVICE_H_
#define FLEET_COMMON_RPC_GRPC_SERVICE_H_

#include <string>
#include <vector>

#include "common/rpc/call_record.h"
#include "common/rpc/method_table.h"
#include "grpcpp/impl/service_type.h"

namespace fleet::rpc {

// What generated code would be for raw methods, for whatever the table has. Methods that it lacks are gRPC's to answer.
class GrpcService final : public grpc::Service {
 public:
  // The table and the environment outlive it.
  GrpcService(const std::string& service, const MethodTable& methods, const CallEnvironment& environment);

 private:
  void AddUnary(int index, const Method& method);
  void AddStream(int index, const Method& method);

  const CallEnvironment& environment_;
  std::vector<std::string> paths_;  // gRPC keeps pointers to them
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_GRPC_SERVICE_H_
