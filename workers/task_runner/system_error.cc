#include "workers/task_runner/system_error.h"

#include <cerrno>
#include <system_error>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fleet::runner {
namespace {

constexpr char kErrorNumberUrl[] = "fleet.internal/errno";

absl::StatusCode CodeOf(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
    case ENOMEM:
    case EAGAIN:
    case EMFILE:
    case ENFILE:
      return absl::StatusCode::kResourceExhausted;
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
      return absl::StatusCode::kPermissionDenied;
    case E2BIG:
    case ENOEXEC:
    case EINVAL:
    case ELOOP:
    case EISDIR:
    case ENAMETOOLONG:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

absl::Status SystemError(int error_number, absl::string_view what) {
  absl::Status status(CodeOf(error_number), absl::StrCat(what, ": ", std::generic_category().message(error_number)));
  status.SetPayload(kErrorNumberUrl, absl::Cord(absl::StrCat(error_number)));
  return status;
}

int ErrorNumberOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kErrorNumberUrl);
  int error_number = 0;
  if (payload.has_value() && absl::SimpleAtoi(std::string(*payload), &error_number)) return error_number;
  switch (status.code()) {
    case absl::StatusCode::kResourceExhausted:
      return EAGAIN;
    case absl::StatusCode::kNotFound:
      return ENOENT;
    case absl::StatusCode::kPermissionDenied:
      return EACCES;
    case absl::StatusCode::kInvalidArgument:
      return EINVAL;
    default:
      return 0;
  }
}

}  // namespace fleet::runner
