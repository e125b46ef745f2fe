// Client channels: to one or several fleet services, with the caller's identity on every call.
#ifndef FLEET_COMMON_RPC_CHANNEL_H_
#define FLEET_COMMON_RPC_CHANNEL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace fleet::rpc {

// Metadata key of the caller's name, as services started with --insecure_identity read it.
inline constexpr char kUserMetadataKey[] = "x-fleet-user";

// Metadata key of the W3C trace context.
inline constexpr char kTraceparentKey[] = "traceparent";

// A plaintext channel to "host:port". Messages up to 64 MiB; keepalive, so that a silent loss shows within a minute.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& address);

// Prepares `context` for one call.
void PrepareContext(grpc::ClientContext& context, const std::string& user, absl::Duration timeout);

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_CHANNEL_H_
