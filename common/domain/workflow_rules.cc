#include "common/domain/workflow_rules.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/domain/bounds.h"
#include "common/domain/character_rules.h"
#include "common/domain/identifiers.h"
#include "common/domain/text.h"

namespace fleet::domain {
namespace {

constexpr std::size_t kMaxLine = 200;

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

// From 1, of the character at `position`.
std::size_t LineOf(absl::string_view text, std::size_t position) {
  const absl::string_view before = text.substr(0, position);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

// git takes a trailer's name in either case, with blanks between it and the colon.
bool IsTaskTrailer(absl::string_view line) {
  static constexpr absl::string_view kName = "Fleet-Task";
  if (!absl::StartsWithIgnoreCase(line, kName)) return false;
  return absl::StartsWith(absl::StripLeadingAsciiWhitespace(line.substr(kName.size())), ":");
}

RuleProblem TrailerProblem(absl::string_view text) {
  std::size_t line = 0;
  for (const absl::string_view part : absl::StrSplit(text, '\n')) {
    ++line;
    if (IsTaskTrailer(part)) return {"holds a Fleet-Task trailer, which Fleet adds itself: leave it out", line};
  }
  return {};
}

// What git leaves out at the ends of names and addresses. A dot is among them: newer versions of git keep it, but
// which git a runner has is not known here.
bool IsLeftOut(char c) {
  return static_cast<unsigned char>(c) <= ' ' || absl::string_view(".,:;<>\"\\'").find(c) != absl::string_view::npos;
}

RuleProblem IdentityProblem(absl::string_view text) {
  if (IsBlank(text)) return {"is blank"};
  if (text.find_first_of("<>\n\r") != absl::string_view::npos) return {"holds \"<\", \">\" or a line break"};
  if (RuleProblem problem = TextProblem(text, kMaxLine, TextKind::kLine); !problem.empty()) return problem;
  absl::string_view kept = text;
  while (!kept.empty() && IsLeftOut(kept.front())) kept.remove_prefix(1);
  while (!kept.empty() && IsLeftOut(kept.back())) kept.remove_suffix(1);
  if (IsBlank(kept)) return {"has nothing but characters that git leaves out"};
  if (kept == text) return {};
  return {absl::StrCat("begins or ends with characters that git leaves out: write ", kept)};
}

}  // namespace

RuleProblem TextProblem(absl::string_view text, std::size_t characters, TextKind kind) {
  if (const auto bad = FindBadCharacter(text, kind)) {
    return {absl::StrCat(bad->what, " at character ", bad->column), kind == TextKind::kLines ? bad->line : 0};
  }
  // Counting is only needed when the bytes alone do not settle it.
  if (text.size() <= characters || CountCharacters(text) <= characters) return {};
  return {absl::StrCat("is longer than ", characters, " characters")};
}

RuleProblem TitleProblem(absl::string_view title) {
  if (title.empty()) return {"is empty"};
  if (IsBlank(title)) return {"is blank"};
  if (RuleProblem problem = TextProblem(title, kMaxLine); !problem.empty()) return problem;
  const std::size_t end = title.find('\n');
  if (end != absl::string_view::npos && end + 1 < title.size()) {
    return {"has more than one line: a longer text can be the message of commit", 2};
  }
  if (end != absl::string_view::npos) return {"ends with a line break: write it on one line, without \"|\" or \">\""};
  if (RuleProblem problem = TextProblem(title, kMaxLine, TextKind::kLine); !problem.empty()) return problem;
  if (absl::StripAsciiWhitespace(title) != title) return {"begins or ends with a blank"};
  return TrailerProblem(title);
}

RuleProblem StepNameProblem(absl::string_view name) {
  if (std::string problem = CharacterProblem(name, TextKind::kName); !problem.empty()) return {std::move(problem)};
  const bool good = !name.empty() && name.size() <= 64 && IsAlphanumeric(name[0]) &&
                    std::all_of(name.begin(), name.end(), [](char c) {
                      return IsAlphanumeric(c) || c == ' ' || c == '.' || c == '_' || c == '-';
                    });
  if (!good) return {"must match [A-Za-z0-9][A-Za-z0-9 ._-]{0,63}"};
  return {};
}

RuleProblem VariableNameProblem(absl::string_view name) {
  if (std::string problem = CharacterProblem(name, TextKind::kName); !problem.empty()) return {std::move(problem)};
  const bool good = !name.empty() && name.size() <= 200 && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
                    std::all_of(name.begin(), name.end(), [](char c) { return IsAlphanumeric(c) || c == '_'; });
  if (!good) return {"must match [A-Za-z_][A-Za-z0-9_]*"};
  if (absl::StartsWith(name, "FLEET_") || absl::StartsWith(name, "GIT_")) {
    return {"begins with FLEET_ or GIT_, which are taken"};
  }
  // dash or bash, or both, set them whatever the environment says.
  static constexpr std::array<absl::string_view, 7> kOfShells = {"PWD", "OLDPWD", "SHLVL", "_",
                                                                 "IFS", "PPID",   "OPTIND"};
  if (std::find(kOfShells.begin(), kOfShells.end(), name) != kOfShells.end()) {
    return {"has no effect: shells set it themselves"};
  }
  return {};
}

RuleProblem VariableValueProblem(absl::string_view name, absl::string_view value) {
  if (RuleProblem problem = TextProblem(value, kMaxText); !problem.empty()) return problem;
  if (name == "PATH" && absl::StrContains(value, '$')) {
    return {"is taken as it stands, \"$\" is not replaced: name the folders, or write export PATH=… in a script"};
  }
  return {};
}

RuleProblem ParameterNameProblem(absl::string_view name) {
  if (std::string problem = CharacterProblem(name, TextKind::kName); !problem.empty()) return {std::move(problem)};
  if (!IsParameterName(name)) return {"must match [A-Za-z][A-Za-z0-9_]{0,63}"};
  return {};
}

RuleProblem DescriptionProblem(absl::string_view description) {
  return TextProblem(description, kMaxLine, TextKind::kLine);
}

RuleProblem PoolNameProblem(absl::string_view name) {
  if (std::string problem = CharacterProblem(name, TextKind::kName); !problem.empty()) return {std::move(problem)};
  if (!IsPoolName(name)) return {"must match [a-z][a-z0-9-]{0,62}"};
  return {};
}

RuleProblem StepTimeoutProblem(absl::Duration timeout) {
  if (timeout < absl::Seconds(1)) return {"must be at least 1s"};
  if (timeout > absl::Hours(24)) return {"must be at most 24h, the most that a task may take"};
  return {};
}

RuleProblem AuthorNameProblem(absl::string_view name) { return IdentityProblem(name); }

RuleProblem AuthorEmailProblem(absl::string_view email) {
  if (RuleProblem problem = IdentityProblem(email); !problem.empty()) return problem;
  if (absl::StrContains(email, ' ')) return {"holds a space"};
  return {};
}

RuleProblem CommitMessageProblem(absl::string_view message) {
  if (IsBlank(message)) return {"is blank: leave it out, and the title is the message"};
  if (RuleProblem problem = TextProblem(message, kMaxText); !problem.empty()) return problem;
  // git would keep it at the end of every line.
  if (absl::StrContains(message, '\r'))
    return {"holds a carriage return (U+000D)", LineOf(message, message.find('\r'))};
  return TrailerProblem(message);
}

}  // namespace fleet::domain
