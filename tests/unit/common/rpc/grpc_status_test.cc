#include "common/rpc/grpc_status.h"

#include <gmock/gmock.h>

#include "common/status/error_info.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace fleet::rpc {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::Status Full() {
  ErrorInfo info;
  info.reason = "OPEN_FLEETS_LIMIT";
  info.metadata = {{"limit", "10"}};
  info.violations = {{"targets", "are too many"}};
  info.quota_violations = {{"user:alice", "limit open_fleets_user is 10"}};
  info.retry_after = absl::Milliseconds(1500);
  return MakeError(absl::StatusCode::kResourceExhausted, "too many fleets", info);
}

TEST(GrpcStatusTest, OkIsOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
}

TEST(GrpcStatusTest, CarriesTheStandardDetails) {
  const grpc::Status status = ToGrpcStatus(Full());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "too many fleets");
  google::rpc::Status proto;
  ASSERT_TRUE(proto.ParseFromString(status.error_details()));
  EXPECT_EQ(proto.code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(proto.message(), "too many fleets");
  ASSERT_EQ(proto.details_size(), 4);
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::QuotaFailure quota;
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(proto.details(0).UnpackTo(&info));
  ASSERT_TRUE(proto.details(1).UnpackTo(&bad_request));
  ASSERT_TRUE(proto.details(2).UnpackTo(&quota));
  ASSERT_TRUE(proto.details(3).UnpackTo(&retry));
  EXPECT_EQ(info.domain(), "fleet.v1");
  EXPECT_EQ(info.reason(), "OPEN_FLEETS_LIMIT");
  EXPECT_EQ(bad_request.field_violations(0).field(), "targets");
  EXPECT_EQ(quota.violations(0).subject(), "user:alice");
  EXPECT_EQ(quota.violations(0).description(), "limit open_fleets_user is 10");
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(GrpcStatusTest, EveryErrorHasErrorInfoAndNothingEmpty) {
  google::rpc::Status proto;
  ASSERT_TRUE(proto.ParseFromString(ToGrpcStatus(absl::NotFoundError("gone")).error_details()));
  ASSERT_EQ(proto.details_size(), 1);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(proto.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "NOT_FOUND");
}

TEST(GrpcStatusTest, RoundTrips) {
  const absl::Status status = FromGrpcStatus(ToGrpcStatus(Full()));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(status.message(), "too many fleets");
  const ErrorInfo info = GetErrorInfo(status);
  EXPECT_EQ(info.reason, "OPEN_FLEETS_LIMIT");
  EXPECT_THAT(info.metadata, ElementsAre(Pair("limit", "10")));
  EXPECT_THAT(info.violations, ElementsAre(AllOf(Field(&FieldViolation::field, "targets"),
                                                 Field(&FieldViolation::description, "are too many"))));
  EXPECT_THAT(info.quota_violations,
              ElementsAre(AllOf(Field(&QuotaViolation::subject, "user:alice"),
                                Field(&QuotaViolation::description, "limit open_fleets_user is 10"))));
  EXPECT_EQ(info.retry_after, absl::Milliseconds(1500));
}

TEST(GrpcStatusTest, EveryCodeKeepsItsNumber) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "x");
    EXPECT_EQ(static_cast<int>(ToGrpcStatus(status).error_code()), code);
    EXPECT_EQ(FromGrpcStatus(ToGrpcStatus(status)).code(), status.code());
  }
}

TEST(GrpcStatusTest, AStatusOfAnotherServerNeedsNoDetails) {
  const absl::Status status = FromGrpcStatus(grpc::Status(grpc::StatusCode::UNAVAILABLE, "refused"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorInfo(status).reason, "UNAVAILABLE");
  const absl::Status garbage = FromGrpcStatus(grpc::Status(grpc::StatusCode::INTERNAL, "x", "\xFF\xFFgarbage"));
  EXPECT_EQ(garbage.code(), absl::StatusCode::kInternal);
  EXPECT_THAT(GetErrorInfo(garbage).violations, IsEmpty());
}

}  // namespace
}  // namespace fleet::rpc
