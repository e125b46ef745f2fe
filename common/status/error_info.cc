#include "common/status/error_info.h"

#include <algorithm>
#include <utility>

#include "absl/strings/cord.h"
#include "nlohmann/json.hpp"

namespace fleet {
namespace {

constexpr char kErrorInfoUrl[] = "fleet.internal/error_info";
constexpr std::size_t kMaxViolations = 20;
constexpr std::size_t kMaxDescription = 200;
constexpr std::size_t kMaxDetailBytes = 3500;

// Cuts at `limit` bytes without splitting a UTF-8 sequence.
std::string Cut(const std::string& text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

std::string Reason(absl::StatusCode code) { return absl::StatusCodeToString(code); }

}  // namespace

absl::Status MakeError(absl::StatusCode code, absl::string_view message, ErrorInfo info) {
  if (info.reason.empty()) info.reason = Reason(code);
  nlohmann::json json;
  json["reason"] = info.reason;
  json["retry_after_ms"] = absl::ToInt64Milliseconds(info.retry_after);
  std::size_t bytes = info.reason.size();
  json["metadata"] = nlohmann::json::object();
  for (const auto& [key, value] : info.metadata) {
    const std::string cut = Cut(value, kMaxDescription);
    bytes += key.size() + cut.size();
    if (bytes > kMaxDetailBytes) break;
    json["metadata"][key] = cut;
  }
  json["violations"] = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(info.violations.size(), kMaxViolations); ++i) {
    const std::string field = Cut(info.violations[i].field, kMaxDescription);
    const std::string description = Cut(info.violations[i].description, kMaxDescription);
    bytes += field.size() + description.size();
    if (bytes > kMaxDetailBytes) break;
    json["violations"].push_back({{"field", field}, {"description", description}});
  }
  json["quota_violations"] = nlohmann::json::array();
  for (std::size_t i = 0; i < std::min(info.quota_violations.size(), kMaxViolations); ++i) {
    const std::string subject = Cut(info.quota_violations[i].subject, kMaxDescription);
    const std::string description = Cut(info.quota_violations[i].description, kMaxDescription);
    bytes += subject.size() + description.size();
    if (bytes > kMaxDetailBytes) break;
    json["quota_violations"].push_back({{"subject", subject}, {"description", description}});
  }
  absl::Status status(code, Cut(std::string(message), 1000));
  status.SetPayload(kErrorInfoUrl, absl::Cord(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
  return status;
}

ErrorInfo GetErrorInfo(const absl::Status& status) {
  ErrorInfo info;
  info.reason = Reason(status.code());
  const auto payload = status.GetPayload(kErrorInfoUrl);
  if (!payload.has_value()) return info;
  const auto json = nlohmann::json::parse(std::string(*payload), nullptr, false);
  if (json.is_discarded()) return info;
  info.reason = json["reason"];
  info.retry_after = absl::Milliseconds(json["retry_after_ms"].get<int64_t>());
  info.metadata = json["metadata"].get<std::map<std::string, std::string>>();
  for (const auto& violation : json["violations"]) {
    info.violations.push_back({violation["field"], violation["description"]});
  }
  for (const auto& violation : json["quota_violations"]) {
    info.quota_violations.push_back({violation["subject"], violation["description"]});
  }
  return info;
}

absl::Status InvalidField(absl::string_view field, absl::string_view description) {
  ErrorInfo info;
  info.reason = "INVALID_ARGUMENT";
  info.violations.push_back({std::string(field), std::string(description)});
  return MakeError(absl::StatusCode::kInvalidArgument, std::string(field) + ": " + std::string(description),
                   std::move(info));
}

}  // namespace fleet
