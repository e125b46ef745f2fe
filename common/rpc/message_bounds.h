// How large a message may be.
#ifndef FLEET_COMMON_RPC_MESSAGE_BOUNDS_H_
#define FLEET_COMMON_RPC_MESSAGE_BOUNDS_H_

namespace fleet::rpc {

// Bytes of one message, in either direction. gRPC answers a larger one RESOURCE_EXHAUSTED.
inline constexpr int kMaxMessageBytes = 64 << 20;

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_MESSAGE_BOUNDS_H_
