#include "common/rpc/grpc_status.h"

#include <string>
#include <utility>

#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace fleet::rpc {
namespace {

constexpr char kDomain[] = "fleet.v1";

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  const fleet::ErrorInfo info = GetErrorInfo(status);
  google::rpc::Status proto;
  proto.set_code(static_cast<int>(status.code()));
  proto.set_message(std::string(status.message()));

  google::rpc::ErrorInfo error_info;
  error_info.set_reason(info.reason);
  error_info.set_domain(kDomain);
  error_info.mutable_metadata()->insert(info.metadata.begin(), info.metadata.end());
  proto.add_details()->PackFrom(error_info);
  if (!info.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const FieldViolation& violation : info.violations) {
      auto* field = bad_request.add_field_violations();
      field->set_field(violation.field);
      field->set_description(violation.description);
    }
    proto.add_details()->PackFrom(bad_request);
  }
  if (!info.quota_violations.empty()) {
    google::rpc::QuotaFailure quota_failure;
    for (const QuotaViolation& violation : info.quota_violations) {
      auto* quota = quota_failure.add_violations();
      quota->set_subject(violation.subject);
      quota->set_description(violation.description);
    }
    proto.add_details()->PackFrom(quota_failure);
  }
  if (info.retry_after > absl::ZeroDuration()) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() = ToProtoDuration(info.retry_after);
    proto.add_details()->PackFrom(retry);
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      proto.SerializeAsString());
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  fleet::ErrorInfo info;
  google::rpc::Status proto;
  if (proto.ParseFromString(status.error_details())) {
    for (const auto& detail : proto.details()) {
      google::rpc::ErrorInfo error_info;
      google::rpc::BadRequest bad_request;
      google::rpc::QuotaFailure quota_failure;
      google::rpc::RetryInfo retry;
      if (detail.UnpackTo(&error_info)) {
        info.reason = error_info.reason();
        info.metadata.insert(error_info.metadata().begin(), error_info.metadata().end());
      } else if (detail.UnpackTo(&bad_request)) {
        for (const auto& field : bad_request.field_violations()) {
          info.violations.push_back({field.field(), field.description()});
        }
      } else if (detail.UnpackTo(&quota_failure)) {
        for (const auto& quota : quota_failure.violations()) {
          info.quota_violations.push_back({quota.subject(), quota.description()});
        }
      } else if (detail.UnpackTo(&retry)) {
        info.retry_after = FromProtoDuration(retry.retry_delay());
      }
    }
  }
  return MakeError(static_cast<absl::StatusCode>(status.error_code()), status.error_message(), std::move(info));
}

}  // namespace fleet::rpc
