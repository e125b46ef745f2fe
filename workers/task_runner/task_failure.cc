#include "workers/task_runner/task_failure.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/domain/text.h"

namespace fleet::runner {
namespace {

constexpr char kCategoryUrl[] = "fleet.internal/failure_category";
constexpr std::size_t kMaxMessage = 2000;

v1::FailureCategory CategoryOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kCategoryUrl);
  int category = 0;
  if (payload.has_value() && absl::SimpleAtoi(std::string(*payload), &category)) {
    return static_cast<v1::FailureCategory>(category);
  }
  switch (status.code()) {
    case absl::StatusCode::kDeadlineExceeded:
      return v1::FAILURE_CATEGORY_TIMEOUT;
    case absl::StatusCode::kResourceExhausted:
      return v1::FAILURE_CATEGORY_COMPUTE;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kPermissionDenied:
      return v1::FAILURE_CATEGORY_CONFIG;
    default:
      return v1::FAILURE_CATEGORY_UNKNOWN;
  }
}

}  // namespace

absl::Status TaskFailure(v1::FailureCategory category, absl::string_view message) {
  absl::Status status = absl::InternalError(message);
  status.SetPayload(kCategoryUrl, absl::Cord(absl::StrCat(static_cast<int>(category))));
  return status;
}

v1::Failure ToFailure(const absl::Status& status) {
  v1::Failure failure;
  failure.set_category(CategoryOf(status));
  failure.set_message(domain::KeepHead(domain::CleanText(status.message()), kMaxMessage));
  return failure;
}

absl::Status Annotate(const absl::Status& status, absl::string_view prefix, absl::string_view suffix) {
  absl::Status annotated(status.code(), absl::StrCat(prefix, status.message(), suffix));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) { annotated.SetPayload(url, payload); });
  return annotated;
}

}  // namespace fleet::runner
