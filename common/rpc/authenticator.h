// Who calls: the one place that every transport and method passes.
#ifndef FLEET_COMMON_RPC_AUTHENTICATOR_H_
#define FLEET_COMMON_RPC_AUTHENTICATOR_H_

#include "absl/status/statusor.h"
#include "common/domain/caller.h"
#include "common/rpc/transport.h"

namespace fleet::rpc {

class Authenticator {
 public:
  // With `trust_metadata` the caller is whom the metadata key x-fleet-user names: for loopback only. Without, nobody
  // is.
  explicit Authenticator(bool trust_metadata) : trust_metadata_(trust_metadata) {}

  // Returns kUnauthenticated, saying what to send.
  absl::StatusOr<domain::Caller> Authenticate(const Metadata& metadata) const;

 private:
  const bool trust_metadata_;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_AUTHENTICATOR_H_
