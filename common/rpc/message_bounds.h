// How large a message may be.
#ifndef FLEET_COMMON_RPC_MESSAGE_BOUNDS_H_
#define FLEET_COMMON_RPC_MESSAGE_BOUNDS_H_

#include <cstddef>

namespace fleet::rpc {

// Bytes of an answer that our clients take.
inline constexpr int kMaxMessageBytes = 64 << 20;
// Bytes of any request: gRPC answers a larger one RESOURCE_EXHAUSTED once it knows its length, before it is received.
inline constexpr int kMaxRequestBytes = 32 << 20;
// Bytes of one request, of methods that are not told otherwise. We answer a larger one RESOURCE_EXHAUSTED, before it is
// read as a message.
inline constexpr std::size_t kUsualRequestBytes = std::size_t{1} << 20;

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_MESSAGE_BOUNDS_H_
