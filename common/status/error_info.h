// The machine-readable part of an error that a caller can cause: what google.rpc.ErrorInfo, BadRequest and
// QuotaFailure carry, attached to an absl::Status so that it can be made where the rule is, far from any transport.
#ifndef FLEET_COMMON_STATUS_ERROR_INFO_H_
#define FLEET_COMMON_STATUS_ERROR_INFO_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleet {

struct FieldViolation {
  std::string field;  // for example "targets[3].repo"
  std::string description;
};

// A limit that was reached.
struct QuotaViolation {
  std::string subject;  // whose: "user:alice" or "system"
  std::string description;
};

struct ErrorInfo {
  std::string reason;  // UPPER_SNAKE_CASE, stable: programs switch on it
  std::map<std::string, std::string> metadata;
  std::vector<FieldViolation> violations;
  absl::Duration retry_after = absl::ZeroDuration();  // zero: no advice
  std::vector<QuotaViolation> quota_violations{};
};

// `code` with `message` for people and `info` for programs. `info` is bounded before it is attached: at most 20
// violations of each kind and 4 KiB in all, since gRPC turns trailers of about 8 KiB into another error.
absl::Status MakeError(absl::StatusCode code, absl::string_view message, ErrorInfo info);

// What MakeError attached; for another status, one whose reason is the name of its code.
ErrorInfo GetErrorInfo(const absl::Status& status);

// INVALID_ARGUMENT for one field, reason INVALID_ARGUMENT.
absl::Status InvalidField(absl::string_view field, absl::string_view description);

}  // namespace fleet

#endif  // FLEET_COMMON_STATUS_ERROR_INFO_H_
