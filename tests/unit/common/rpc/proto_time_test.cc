#include "common/rpc/proto_time.h"

#include <gtest/gtest.h>

namespace fleet::rpc {
namespace {

TEST(ProtoTimeTest, DurationsComeBack) {
  for (const absl::Duration duration : {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Milliseconds(1500),
                                        absl::Hours(24), absl::Milliseconds(-1500)}) {
    EXPECT_EQ(FromProtoDuration(ToProtoDuration(duration)), duration);
  }
}

TEST(ProtoTimeTest, ANegativeDurationHasBothPartsNegative) {
  const google::protobuf::Duration proto = ToProtoDuration(absl::Milliseconds(-1500));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), -500'000'000);
}

TEST(ProtoTimeTest, TimesComeBack) {
  for (const int64_t nanos : {int64_t{0}, int64_t{1'700'000'000'123'456'789}, int64_t{-1'500'000'000}}) {
    EXPECT_EQ(FromProtoTime(ToProtoTime(absl::FromUnixNanos(nanos))), absl::FromUnixNanos(nanos)) << nanos;
  }
}

TEST(ProtoTimeTest, ATimeBefore1970HasNanosThatAreNotNegative) {
  const google::protobuf::Timestamp proto = ToProtoTime(absl::FromUnixMillis(-1500));
  EXPECT_EQ(proto.seconds(), -2);
  EXPECT_EQ(proto.nanos(), 500'000'000);
}

}  // namespace
}  // namespace fleet::rpc
