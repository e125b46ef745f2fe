#include "cli/fleetctl/output/error_printer.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/error_info.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {
namespace {

// What helps against errors that many commands can meet.
std::vector<std::string> NextSteps(const ErrorInfo& info, const ErrorContext& context) {
  std::vector<std::string> steps;
  if (info.reason == "SERVER_UNREACHABLE") {
    steps.emplace_back(
        "start a service (`deploy/stack up` runs one here), or name another with --server HOST:PORT or FLEET_SERVER");
  }
  steps.insert(steps.end(), context.next_steps.begin(), context.next_steps.end());
  return steps;
}

}  // namespace

std::string DescribeError(const absl::Status& status, const ErrorContext& context) {
  const ErrorInfo info = GetErrorInfo(status);
  std::string text = absl::StrCat("error: ", SanitizeLine(status.message()), "\n");
  for (const FieldViolation& violation : info.violations) {
    // A message may be its only violation.
    if (status.message() == absl::StrCat(violation.field, ": ", violation.description)) continue;
    // Validators often begin with the field, which stands there already.
    const std::string field = SanitizeLine(violation.field);
    const std::string description = SanitizeLine(violation.description);
    absl::StrAppend(&text, "  ", field, field.empty() ? "" : ": ",
                    absl::StripPrefix(description, absl::StrCat(field, ": ")), "\n");
  }
  const std::string code = absl::StatusCodeToString(status.code());
  if (info.reason != code) absl::StrAppend(&text, "  reason: ", SanitizeLine(info.reason), " (", code, ")\n");
  if (info.retry_after > absl::ZeroDuration()) {
    absl::StrAppend(&text, "  try again in ", FormatElapsed(info.retry_after), "\n");
  }
  if (!context.request_id.empty()) absl::StrAppend(&text, "  request id: ", context.request_id, "\n");
  for (const std::string& step : NextSteps(info, context)) absl::StrAppend(&text, "  next: ", step, "\n");
  return text;
}

std::string DescribeErrorAsJson(const absl::Status& status, const ErrorContext& context) {
  const ErrorInfo info = GetErrorInfo(status);
  nlohmann::json violations = nlohmann::json::array();
  for (const FieldViolation& violation : info.violations) {
    violations.push_back({{"field", violation.field}, {"description", violation.description}});
  }
  const nlohmann::json error = {{"code", absl::StatusCodeToString(status.code())},
                                {"reason", info.reason},
                                {"message", std::string(status.message())},
                                {"violations", violations},
                                {"metadata", info.metadata},
                                {"retry_after_seconds", absl::ToDoubleSeconds(info.retry_after)},
                                {"request_id", context.request_id},
                                {"next_steps", NextSteps(info, context)}};
  // Pure ASCII: nothing in it that a terminal could obey.
  return nlohmann::json({{"error", error}}).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace fleet::cli
