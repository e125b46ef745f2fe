#include "services/fleet/requests/request_fields.h"

#include <algorithm>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "common/domain/workflow_rules.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"

namespace fleet::service {
namespace {

constexpr int kMaxParameters = 50;

}  // namespace

absl::StatusOr<domain::Ulid> ParseId(const char* field, const std::string& text) {
  const auto id = domain::Ulid::Parse(text);
  if (!id.has_value()) return InvalidField(field, "is not a ULID of 26 characters");
  return *id;
}

absl::StatusOr<int32_t> ParsePageSize(int32_t page_size, int32_t normal) {
  if (page_size < 0) return InvalidField("page_size", "must not be negative");
  return page_size == 0 ? normal : std::min(page_size, domain::kMaxPageSize);
}

absl::Status ValidateRepo(const std::string& repo) {
  const std::string problem = domain::RepoNameProblem(repo);
  return problem.empty() ? absl::OkStatus() : InvalidField("repo", problem);
}

void CheckRequestId(const std::string& request_id, Violations& violations) {
  if (!request_id.empty() && !domain::IsRequestId(request_id)) {
    violations.Add("request_id", "must be 1 to 128 characters of [A-Za-z0-9._:-]");
  }
}

void CheckCount(const char* field, int count, int most, Violations& violations) {
  if (count == 0) violations.Add(field, "is empty");
  if (count > most) violations.Add(field, absl::StrCat("has ", count, " entries, more than the ", most, " allowed"));
}

void CheckDuration(const char* field, const google::protobuf::Duration& duration, absl::Duration least,
                   absl::Duration most, Violations& violations) {
  const absl::Duration value = rpc::FromProtoDuration(duration);
  if (value < least || value > most) {
    violations.Add(field,
                   absl::StrCat("must be from ", absl::FormatDuration(least), " to ", absl::FormatDuration(most)));
  }
}

void CheckTime(const char* field, const google::protobuf::Timestamp& time, Violations& violations) {
  // The years 1 to 9999, as protobuf says.
  const bool in_range = time.seconds() >= -62135596800 && time.seconds() <= 253402300799;
  if (!in_range || time.nanos() < 0 || time.nanos() > 999999999) violations.Add(field, "is not a time");
}

void CheckPool(const std::string& pool, Violations& violations) {
  if (!pool.empty() && !domain::IsPoolName(pool)) violations.Add("pool", "must match [a-z][a-z0-9-]{0,62}");
}

void CheckPriority(const v1::FleetPolicy& policy, Violations& violations) {
  if (policy.priority() < -domain::kHighestPriority || policy.priority() > domain::kHighestPriority) {
    violations.Add("policy.priority", "must be from -1000 to 1000");
  }
}

void CheckParameters(const std::string& field, const google::protobuf::Map<std::string, std::string>& parameters,
                     Violations& violations) {
  if (parameters.size() > kMaxParameters) violations.Add(field, "has more than 50 entries");
  std::map<std::string, std::string> folded;
  for (const auto& [name, value] : parameters) {
    const std::string entry = absl::StrCat(field, "[", domain::KeepHead(name, 64), "]");
    const domain::RuleProblem problem = domain::ParameterNameProblem(name);
    if (!problem.empty()) violations.Add(entry, absl::StrCat("name ", problem.what));
    const auto [other, is_new] = folded.emplace(absl::AsciiStrToUpper(name), name);
    if (!is_new) violations.Add(entry, absl::StrCat("differs from ", other->second, " only by case"));
    violations.CheckText(entry, value, domain::kMaxText);
  }
}

void RepoSet::Check(const char* list, int index, const std::string& repo, Violations& violations) {
  std::string problem = domain::RepoNameProblem(repo);
  if (problem.empty()) {
    const auto [first, is_new] = first_.emplace(domain::RepoKey(repo), index);
    if (is_new) return;
    problem = absl::StrCat("is the same repository as ", list, "[", first->second, "]");
  }
  violations.Add(absl::StrCat(list, "[", index, "].repo"),
                 absl::StrCat("\"", domain::KeepHead(repo, 100), "\" ", problem));
}

domain::Parameters ToParameters(const google::protobuf::Map<std::string, std::string>& parameters) {
  return domain::Parameters(parameters.begin(), parameters.end());
}

}  // namespace fleet::service
