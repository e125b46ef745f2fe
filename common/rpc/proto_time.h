// Times and durations to and from protobuf's well-known types.
#ifndef FLEET_COMMON_RPC_PROTO_TIME_H_
#define FLEET_COMMON_RPC_PROTO_TIME_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

namespace fleet::rpc {

// To the nanosecond, for finite values. A negative duration has both parts negative, as protobuf says; a timestamp's
// nanos are never negative.
google::protobuf::Duration ToProtoDuration(absl::Duration duration);
google::protobuf::Timestamp ToProtoTime(absl::Time time);

// Whatever the message holds: whether it is in range is for a validation to say.
absl::Duration FromProtoDuration(const google::protobuf::Duration& duration);
absl::Time FromProtoTime(const google::protobuf::Timestamp& time);

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_PROTO_TIME_H_
