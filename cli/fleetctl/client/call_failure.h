// What a call that failed says of its server.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_CALL_FAILURE_H_
#define FLEET_CLI_FLEETCTL_CLIENT_CALL_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

// What `status` says of the server at `address`: its own words, or that it cannot be reached. A server that was not
// reached gives an absl::Status with the reason SERVER_UNREACHABLE and the address in its message.
absl::Status DescribeFailure(const std::string& address, const grpc::Status& status);

// Whether a stream that ended before its time may be begun again. Reading changes nothing, so whatever may be the
// server's or the network's fault is tried again.
bool IsWorthAnotherStream(const grpc::Status& end);

// Reason SERVER_UNREACHABLE: streams were begun again for so long, in vain.
absl::Status NobodyAnswered(absl::Duration silence, const std::string& last_address, const std::string& cause);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_CALL_FAILURE_H_
