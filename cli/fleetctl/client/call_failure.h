// What a call that failed says of its server.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_CALL_FAILURE_H_
#define FLEET_CLI_FLEETCTL_CLIENT_CALL_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

// What `status` says of the server at `address`: its own words, or that it cannot be reached. A server that was not
// reached gives an absl::Status with the reason SERVER_UNREACHABLE and the address in its message.
absl::Status DescribeFailure(const std::string& address, const grpc::Status& status);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_CALL_FAILURE_H_
