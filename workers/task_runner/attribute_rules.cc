#include "workers/task_runner/attribute_rules.h"

#include <cstddef>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"

namespace fleet::runner {
namespace {

constexpr char kFilter[] = "filter";

struct Attribute {
  absl::string_view path;
  absl::string_view name;
  absl::string_view value;

  // Whether it has a value of its own: neither true, false nor unspecified.
  bool HasText() const { return value != "set" && value != "unset" && value != "unspecified"; }
};

// Calls `take` with every attribute of `names` of every path.
template <typename Take>
absl::Status ForEachAttribute(const GitRepository& repository, std::vector<std::string> names,
                              const std::vector<std::string>& paths, const Take& take) {
  std::vector<std::string> arguments = {"check-attr", "-z", "--stdin"};
  arguments.insert(arguments.end(), names.begin(), names.end());
  std::string input;
  for (const std::string& path : paths) absl::StrAppend(&input, path, absl::string_view("\0", 1));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> records, repository.RecordsOf(std::move(arguments), input));
  for (std::size_t i = 0; i + 2 < records.size(); i += 3) {
    take(Attribute{records[i], records[i + 1], records[i + 2]});
  }
  return absl::OkStatus();
}

bool ConvertsAtCheckout(const Attribute& attribute) {
  if (attribute.name == "eol") return attribute.value == "crlf";
  if (attribute.name == "ident") return attribute.value == "set";
  return attribute.HasText();
}

}  // namespace

void AttributeMentions::Add(absl::string_view text) {
  filter = filter || absl::StrContains(text, kFilter);
  checkout_conversion = checkout_conversion || filter || absl::StrContains(text, "eol") ||
                        absl::StrContains(text, "ident") || absl::StrContains(text, "encoding");
  storing_conversion =
      storing_conversion || checkout_conversion || absl::StrContains(text, "text") || absl::StrContains(text, "crlf");
}

bool IsAttributesFile(absl::string_view path) {
  return path == ".gitattributes" || absl::EndsWith(path, "/.gitattributes");
}

absl::StatusOr<std::set<std::string>> ReadConverted(const GitRepository& repository,
                                                    const std::vector<std::string>& paths) {
  std::set<std::string> converted;
  FLEET_RETURN_IF_ERROR(ForEachAttribute(repository, {"--cached", "eol", "ident", "working-tree-encoding", kFilter},
                                         paths, [&](const Attribute& attribute) {
                                           if (ConvertsAtCheckout(attribute)) converted.emplace(attribute.path);
                                         }));
  return converted;
}

absl::StatusOr<std::map<std::string, std::string>> ReadFilters(const GitRepository& repository,
                                                               const std::vector<std::string>& paths) {
  std::map<std::string, std::string> filters;
  if (paths.empty()) return filters;
  FLEET_RETURN_IF_ERROR(ForEachAttribute(repository, {kFilter}, paths, [&](const Attribute& attribute) {
    if (attribute.HasText()) filters.emplace(attribute.path, attribute.value);
  }));
  return filters;
}

absl::StatusOr<std::set<std::string>> ReadConfiguredFilters(const GitRepository& repository) {
  std::set<std::string> filters;
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         repository.Records({"config", "-z", "--name-only", "--list"}));
  for (absl::string_view name : names) {
    if (!absl::ConsumePrefix(&name, "filter.")) continue;
    if (absl::ConsumeSuffix(&name, ".clean") || absl::ConsumeSuffix(&name, ".process")) filters.emplace(name);
  }
  return filters;
}

}  // namespace fleet::runner
