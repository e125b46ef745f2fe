#include "cli/fleetctl/parsing/option_fields.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

using Holds = OptionField::Holds;

// "parameters[OWNER]" is "parameters" and "OWNER"; "targets[3].repo" is "targets.repo" and nothing.
struct FieldPath {
  std::string path;
  std::string key;
};

FieldPath ParsePath(absl::string_view field) {
  FieldPath parsed;
  while (!field.empty()) {
    const std::size_t open = field.find('[');
    absl::StrAppend(&parsed.path, field.substr(0, open));
    if (open == absl::string_view::npos) break;
    field.remove_prefix(open + 1);
    const std::size_t close = std::min(field.find(']'), field.size());
    const absl::string_view inside = field.substr(0, close);
    const bool is_position = std::all_of(inside.begin(), inside.end(),
                                         [](char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); });
    if (!is_position) parsed.key = std::string(inside);
    field.remove_prefix(std::min(close + 1, field.size()));
  }
  return parsed;
}

const OptionField* Find(const std::vector<OptionField>& fields, absl::string_view path) {
  for (const OptionField& field : fields) {
    if (path == field.field || absl::StartsWith(path, absl::StrCat(field.field, "."))) return &field;
  }
  return nullptr;
}

std::string Describe(const OptionField& field, const FieldViolation& violation, const FieldPath& parsed) {
  if (field.holds == Holds::kDocument && violation.field.size() > field.field.size()) {
    return absl::StrCat(field.option, ": ", absl::StripPrefix(violation.field.substr(field.field.size()), "."));
  }
  return parsed.key.empty() ? field.option : absl::StrCat(field.option, " ", parsed.key);
}

// Errors of single fields begin with the field.
std::string ReplaceBeginning(absl::string_view message, absl::string_view field, absl::string_view option) {
  const std::string beginning = absl::StrCat(field, ": ");
  if (!absl::StartsWith(message, beginning)) return std::string(message);
  return absl::StrCat(option, ": ", message.substr(beginning.size()));
}

}  // namespace

UserError InTermsOfOptions(const absl::Status& status, const std::vector<OptionField>& fields) {
  ErrorInfo info = GetErrorInfo(status);
  std::string message(status.message());
  bool typed = false;
  bool mapped = false;
  for (FieldViolation& violation : info.violations) {
    const bool is_option = absl::StartsWith(violation.field, "--");
    const FieldPath parsed = ParsePath(violation.field);
    const OptionField* field = Find(fields, parsed.path);
    typed = typed || is_option || (field != nullptr && field->holds == Holds::kValue);
    if (is_option || field == nullptr) continue;
    std::string option = Describe(*field, violation, parsed);
    message = ReplaceBeginning(message, violation.field, option);
    violation.field = std::move(option);
    mapped = true;
  }
  // A refused value may be told as a fact of the error instead: "workflow_ref".
  if (info.violations.empty() && absl::IsInvalidArgument(status)) {
    for (const auto& [key, value] : info.metadata) {
      const OptionField* field = Find(fields, key);
      if (field == nullptr || field->holds != Holds::kValue) continue;
      info.violations.push_back({field->option, message});
      message = absl::StrCat(field->option, ": ", message);
      typed = mapped = true;
      break;
    }
  }
  const bool wrong_usage = typed && absl::IsInvalidArgument(status);
  if (!mapped) return {status, wrong_usage};
  return {MakeError(status.code(), message, std::move(info)), wrong_usage};
}

}  // namespace fleet::cli
