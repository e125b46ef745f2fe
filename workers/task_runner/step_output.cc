#include "workers/task_runner/step_output.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "nlohmann/json.hpp"
#include "workers/task_runner/private_file.h"

namespace fleet::runner {
namespace {

constexpr std::size_t kMaxFile = 1 << 20;

absl::Status WrongKey(absl::string_view key, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("\"", key, "\" ", problem));
}

absl::Status ReadText(const nlohmann::json& json, const char* key, std::string& text) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return absl::OkStatus();
  if (!found->is_string()) return WrongKey(key, "must be a string");
  text = found->get<std::string>();
  return absl::OkStatus();
}

absl::Status ReadCost(const nlohmann::json& json, std::optional<double>& cost) {
  const auto found = json.find("cost_usd");
  if (found == json.end() || found->is_null()) return absl::OkStatus();
  if (!found->is_number()) return WrongKey("cost_usd", "must be a number");
  const double value = found->get<double>();
  if (!std::isfinite(value) || value < 0 || value > domain::kMaxCostUsd)
    return WrongKey("cost_usd", "must be from 0 to 1000000");
  cost = value;
  return absl::OkStatus();
}

absl::Status CheckUrl(const std::string& url) {
  if (url.empty()) return absl::OkStatus();
  const bool plain = std::all_of(url.begin(), url.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain || url.size() > domain::kMaxUrl ||
      !(absl::StartsWith(url, "https://") || absl::StartsWith(url, "http://"))) {
    return WrongKey("pull_request_url", "must be an http or https URL of at most 2000 characters");
  }
  return absl::OkStatus();
}

// "network" for FAILURE_CATEGORY_NETWORK.
absl::Status ReadCategory(const nlohmann::json& json, v1::FailureCategory& category) {
  std::string name;
  FLEET_RETURN_IF_ERROR(ReadText(json, "failure_category", name));
  if (name.empty()) return absl::OkStatus();
  if (name != absl::AsciiStrToLower(name) ||
      !v1::FailureCategory_Parse(absl::StrCat("FAILURE_CATEGORY_", absl::AsciiStrToUpper(name)), &category) ||
      category == v1::FAILURE_CATEGORY_UNSPECIFIED) {
    return WrongKey("failure_category",
                    "must be one of auth, network, concurrency, compute, agent, guardrail, config, timeout, blocked, "
                    "unknown");
  }
  return absl::OkStatus();
}

absl::Status ReadOutcome(const nlohmann::json& json, StepOutput& output) {
  static const auto& kOutcomes =
      *new std::map<std::string, v1::TaskOutcome>{{"pull_request_opened", v1::TASK_OUTCOME_PULL_REQUEST_OPENED},
                                                  {"pull_request_updated", v1::TASK_OUTCOME_PULL_REQUEST_UPDATED},
                                                  {"branch_pushed", v1::TASK_OUTCOME_BRANCH_PUSHED}};
  std::string name;
  FLEET_RETURN_IF_ERROR(ReadText(json, "outcome", name));
  if (name.empty()) return absl::OkStatus();
  const auto found = kOutcomes.find(name);
  if (found == kOutcomes.end()) {
    return WrongKey("outcome", "must be one of pull_request_opened, pull_request_updated, branch_pushed");
  }
  if (found->second != v1::TASK_OUTCOME_BRANCH_PUSHED && output.pull_request_url.empty()) {
    return WrongKey("outcome", "names a pull request, but there is no \"pull_request_url\"");
  }
  output.outcome = found->second;
  return absl::OkStatus();
}

}  // namespace

void StepOutput::Merge(const StepOutput& later) {
  if (!later.summary.empty()) summary = later.summary;
  if (!later.pull_request_url.empty()) pull_request_url = later.pull_request_url;
  if (later.cost_usd.has_value()) cost_usd = std::min(cost_usd.value_or(0) + *later.cost_usd, domain::kMaxCostUsd);
  if (later.outcome != v1::TASK_OUTCOME_UNSPECIFIED) outcome = later.outcome;
  if (later.failure_category != v1::FAILURE_CATEGORY_UNSPECIFIED) failure_category = later.failure_category;
  if (!later.failure_message.empty()) failure_message = later.failure_message;
}

absl::StatusOr<StepOutput> ParseStepOutput(absl::string_view json_text) {
  const auto json = nlohmann::json::parse(json_text.begin(), json_text.end(), nullptr, false);
  if (json.is_discarded()) return absl::InvalidArgumentError("it is not valid JSON");
  if (!json.is_object()) return absl::InvalidArgumentError("it is not a JSON object");
  StepOutput output;
  FLEET_RETURN_IF_ERROR(ReadText(json, "summary", output.summary));
  FLEET_RETURN_IF_ERROR(ReadText(json, "pull_request_url", output.pull_request_url));
  FLEET_RETURN_IF_ERROR(CheckUrl(output.pull_request_url));
  FLEET_RETURN_IF_ERROR(ReadCost(json, output.cost_usd));
  FLEET_RETURN_IF_ERROR(ReadOutcome(json, output));
  FLEET_RETURN_IF_ERROR(ReadCategory(json, output.failure_category));
  FLEET_RETURN_IF_ERROR(ReadText(json, "failure_message", output.failure_message));
  return output;
}

absl::StatusOr<StepOutput> ReadStepOutput(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadPlainFile(path, kMaxFile);
  if (absl::IsNotFound(text.status())) return StepOutput();
  if (!text.ok()) return absl::InvalidArgumentError(text.status().message());
  if (absl::StripAsciiWhitespace(*text).empty()) return StepOutput();
  return ParseStepOutput(*text);
}

}  // namespace fleet::runner
