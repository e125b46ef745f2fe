#include "common/status/public_words.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"

namespace fleet {
namespace {

constexpr char kPublicWordsUrl[] = "fleet.internal/public_words";

}  // namespace

absl::Status WithPublicWords(absl::Status status, absl::string_view words) {
  status.SetPayload(kPublicWordsUrl, absl::Cord(words));
  return status;
}

bool HasPublicWords(const absl::Status& status) { return status.GetPayload(kPublicWordsUrl).has_value(); }

absl::Status ForCallers(const absl::Status& status, absl::string_view call_id) {
  const auto words = status.GetPayload(kPublicWordsUrl);
  if (!words.has_value()) return status;
  if (call_id.empty()) return absl::Status(status.code(), std::string(*words));
  ErrorInfo info = GetErrorInfo(status);
  info.metadata["call_id"] = std::string(call_id);
  return MakeError(status.code(), absl::StrCat(std::string(*words), " (call ", call_id, ")"), std::move(info));
}

}  // namespace fleet
