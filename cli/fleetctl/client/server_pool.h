// The services a user named, and the one in use. All of them are equal: any call may go to any.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_SERVER_POOL_H_
#define FLEET_CLI_FLEETCTL_CLIENT_SERVER_POOL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "grpcpp/channel.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

class ServerPool {
 public:
  // At least one "host:port".
  explicit ServerPool(std::vector<std::string> addresses);

  // A channel to the server in use.
  std::shared_ptr<grpc::Channel> Channel();
  const std::string& address() const { return addresses_[current_]; }
  std::size_t size() const { return addresses_.size(); }
  // Goes over to the next server, round and round. The channel is dropped: a later turn connects anew at once,
  // instead of waiting out gRPC's own backoff.
  void Advance();

 private:
  std::vector<std::string> addresses_;
  std::size_t current_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

// Whether another server, or the same a little later, may well answer what this one did not.
bool IsTransient(const grpc::Status& status);

// What `status` says of the server at `address`: its own words, or that it cannot be reached. A server that was not
// reached gives an absl::Status with the reason SERVER_UNREACHABLE and the address in its message.
absl::Status DescribeFailure(const std::string& address, const grpc::Status& status);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_SERVER_POOL_H_
