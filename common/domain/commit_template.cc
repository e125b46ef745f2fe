#include "common/domain/commit_template.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"
#include "common/domain/utf8_reader.h"

namespace fleet::domain {
namespace {

constexpr std::size_t kMaxValue = 200;  // characters, of a value and of the first line

// At most `characters`, the last of which says that something was left out.
std::string Shorten(const std::string& text, std::size_t characters) {
  if (text.size() <= characters || CountCharacters(text) <= characters) return text;
  Utf8Reader reader(text);
  for (std::size_t i = 1; i < characters; ++i) reader.Next();
  return absl::StrCat(text.substr(0, reader.position()), "…");
}

// Its words with a space between them.
std::string OneLine(absl::string_view text) {
  std::string line;
  Utf8Reader reader(text);
  while (const std::optional<char32_t> next = reader.Next()) {
    const bool is_gap = *next <= 0x20 || (*next >= 0x7F && *next < 0xA0) || *next == 0x2028 || *next == 0x2029;
    if (!is_gap) {
      AppendUtf8(*next, line);
    } else if (!line.empty() && line.back() != ' ') {
      line.push_back(' ');
    }
  }
  return std::string(absl::StripTrailingAsciiWhitespace(line));
}

// What stands for a placeholder, by what is between its braces; nullopt: it stays.
using Value = std::function<std::optional<std::string>(absl::string_view name)>;

// A line with its placeholders replaced.
std::string Replace(absl::string_view line, const Value& value) {
  std::string filled;
  while (true) {
    const std::size_t begin = line.find("{{");
    const std::size_t end = begin == absl::string_view::npos ? begin : line.find("}}", begin);
    if (end == absl::string_view::npos) return absl::StrCat(filled, line);
    const absl::string_view whole = line.substr(begin, end + 2 - begin);
    absl::StrAppend(&filled, line.substr(0, begin));
    absl::StrAppend(&filled,
                    value(absl::StripAsciiWhitespace(whole.substr(2, whole.size() - 4))).value_or(std::string(whole)));
    line.remove_prefix(end + 2);
  }
}

// The parameter that `name` stands for; nullopt if it stands for none.
std::optional<absl::string_view> ParameterOf(absl::string_view name) {
  if (!absl::ConsumePrefix(&name, "param.") || !IsParameterName(name)) return std::nullopt;
  return name;
}

std::string ProblemOf(absl::string_view name, const std::vector<std::string>& declared) {
  if (name == "task") return "";
  const std::optional<absl::string_view> parameter = ParameterOf(name);
  const std::string shown = KeepHead(std::string(name), 100);
  if (!parameter.has_value()) {
    return absl::StrCat("has the unknown placeholder {{", shown, "}}: {{task}} and {{param.NAME}} are known");
  }
  const bool is_declared =
      declared.empty() || std::any_of(declared.begin(), declared.end(), [&](const std::string& other) {
        return absl::EqualsIgnoreCase(other, *parameter);
      });
  if (is_declared) return "";
  return absl::StrCat("has {{", shown, "}}, which is not among parameters: ", absl::StrJoin(declared, ", "));
}

}  // namespace

RuleProblem PlaceholderProblem(absl::string_view text, const std::vector<std::string>& declared) {
  RuleProblem problem;
  std::size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    Replace(line, [&](absl::string_view name) -> std::optional<std::string> {
      if (problem.empty()) problem = {ProblemOf(name, declared), number};
      return std::nullopt;
    });
    if (!problem.empty()) return problem;
  }
  return {};
}

std::string FillPlaceholders(absl::string_view text, absl::string_view task,
                             const std::map<std::string, std::string>& parameters) {
  const Value value = [&](absl::string_view name) -> std::optional<std::string> {
    if (name == "task") return Shorten(OneLine(task), kMaxValue);
    const std::optional<absl::string_view> parameter = ParameterOf(name);
    if (!parameter.has_value()) return std::nullopt;
    const auto given = std::find_if(parameters.begin(), parameters.end(),
                                    [&](const auto& entry) { return absl::EqualsIgnoreCase(entry.first, *parameter); });
    return given == parameters.end() ? "" : Shorten(OneLine(given->second), kMaxValue);
  };
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) lines.push_back(Replace(line, value));
  if (lines[0] != text.substr(0, text.find('\n'))) lines[0] = Shorten(lines[0], kMaxValue);
  return absl::StrJoin(lines, "\n");
}

}  // namespace fleet::domain
