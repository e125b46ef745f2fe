#include "cli/fleetctl/input/yaml_lines.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fleet::cli {
namespace {

constexpr absl::string_view kBlanks = " \t\r";

// Without the tags and anchors before a value.
absl::string_view WithoutProperties(absl::string_view value) {
  while (absl::StartsWith(value, "!") || absl::StartsWith(value, "&")) {
    value.remove_prefix(std::min(value.find_first_of(kBlanks), value.size()));
    value.remove_prefix(std::min(value.find_first_not_of(kBlanks), value.size()));
  }
  return value;
}

}  // namespace

YamlLines::YamlLines(absl::string_view text) {
  absl::ConsumePrefix(&text, "\uFEFF");  // yaml-cpp does not count it
  lines_ = absl::StrSplit(text, '\n');
}

YamlLines::Place YamlLines::At(const YAML::Mark& mark) const {
  if (mark.is_null()) return {};
  return {static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

YamlLines::Place YamlLines::InText(const YAML::Mark& mark, std::size_t number) const {
  const Place whole = At(mark);
  if (number == 0 || whole.column == 0) return whole;
  const absl::string_view header = Line(whole.line - 1);
  const absl::string_view value = WithoutProperties(header.substr(std::min(whole.column - 1, header.size())));
  const std::size_t line = whole.line + number;
  if (!absl::StartsWith(value, "|") || line > lines_.size()) return whole;
  const std::size_t indent = Line(line - 1).find_first_not_of(kBlanks);
  return {line, indent == absl::string_view::npos ? 1 : indent + 1};
}

bool YamlLines::IsIndentedWithTab(const YAML::Mark& mark) const {
  if (mark.is_null()) return false;
  const absl::string_view line = Line(static_cast<std::size_t>(mark.line));
  return absl::StrContains(line.substr(0, std::min(line.find_first_not_of(kBlanks), line.size())), '\t');
}

absl::string_view YamlLines::Line(std::size_t index) const {
  return index < lines_.size() ? lines_[index] : absl::string_view();
}

}  // namespace fleet::cli
