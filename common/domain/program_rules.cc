#include "common/domain/program_rules.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/domain/program_name.h"
#include "common/domain/text.h"

namespace fleet::domain {
namespace {

constexpr std::size_t kMaxArguments = 200;
constexpr std::size_t kMaxArgument = 10000;
constexpr std::size_t kMaxScript = 100000;
constexpr std::size_t kMostQuoted = 200;

using Words = std::vector<std::string>;

// Options of one letter each, as in "-eu".
bool IsOptions(absl::string_view word) {
  return word.size() > 1 && word[0] == '-' && std::all_of(word.begin() + 1, word.end(), [](char c) {
           return absl::ascii_isalpha(static_cast<unsigned char>(c));
         });
}

bool HasOption(absl::string_view word, absl::string_view letters) {
  return IsOptions(word) && word.find_first_of(letters, 1) != absl::string_view::npos;
}

bool IsPartOfShells(absl::string_view name) {
  static constexpr std::array<absl::string_view, 32> kParts = {
      ":",    ".",     "!",      "{",      "(",    "[[",   "alias", "bg",    "cd",    "declare", "eval",
      "exec", "exit",  "export", "fg",     "for",  "if",   "let",   "local", "popd",  "pushd",   "return",
      "set",  "shift", "shopt",  "source", "trap", "type", "umask", "unset", "until", "while"};
  return std::find(kParts.begin(), kParts.end(), name) != kParts.end();
}

// Whether a name with white space is a whole command line: what follows the first word is no rest of a path.
bool IsCommandLine(absl::string_view program) {
  const absl::string_view text = absl::StripAsciiWhitespace(program);
  const std::size_t blank = text.find_first_of(" \t\n");
  if (blank == absl::string_view::npos) return text != program;
  const absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(blank));
  return absl::StartsWith(rest, "-") || !absl::StrContains(rest, '/') || !absl::StrContains(text.substr(0, blank), '/');
}

RuleProblem ProgramProblem(const Words& words) {
  const std::string& program = words[0];
  if (absl::StripAsciiWhitespace(program).empty()) return {"is empty", 1};
  if (IsCommandLine(program)) {
    Words split = absl::StrSplit(program, absl::ByAnyChar(" \t\n"), absl::SkipEmpty());
    split.insert(split.end(), words.begin() + 1, words.end());
    return {KeepHead(absl::StrCat("is a command line, where a program's name is expected: write ", YamlList(split)),
                     kMostQuoted),
            1};
  }
  if (IsPartOfShells(program)) {
    return {absl::StrCat("is a part of the shell, no program: write a script, or [sh, -c, \"", program, " …\"]"), 1};
  }
  if (absl::StrContains(program.substr(0, program.find('/')), '=')) {
    return {"sets no variable, as no shell reads it: write it under environment", 1};
  }
  if (program[0] == '~' || program.find_first_of("$`") != std::string::npos) {
    return {"is taken as it stands, as no shell reads it: write the path, or a script", 1};
  }
  return {};
}

RuleProblem WordsProblem(const Words& words) {
  if (words.empty()) return {};
  if (words.size() > kMaxArguments) return {absl::StrCat("has more than ", kMaxArguments, " entries")};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (RuleProblem problem = TextProblem(words[i], kMaxArgument); !problem.empty()) return {problem.what, i + 1};
  }
  return ProgramProblem(words);
}

bool HasProgramText(const std::string& language, const std::string& last) {
  if (IsShell(language) || language == "python") return HasOption(last, "c");
  if (language == "perl" || language == "ruby") return HasOption(last, "eE");
  return language == "node" && (HasOption(last, "ep") || last == "--eval" || last == "--print");
}

// An interpreter that takes the path that is added for something else than its program.
RuleProblem AddedPathProblem(const Words& interpreter) {
  const std::string name = ProgramStartedBy(interpreter);
  const std::string& last = interpreter.back();
  if (HasProgramText(name, last)) {
    return {absl::StrCat("ends with ", last, ", which takes the script's path for the program's text: leave it out"),
            interpreter.size()};
  }
  if (name != "awk" && name != "sed" && name != "make") return {};
  const bool only_options = std::all_of(interpreter.begin() + 1, interpreter.end(),
                                        [](const std::string& word) { return absl::StartsWith(word, "-"); });
  if (!only_options || absl::EndsWith(last, "f") || absl::StartsWith(last, "--") || (name == "awk" && last == "-E")) {
    return {};
  }
  Words better = interpreter;
  better.emplace_back("-f");
  return {absl::StrCat("takes the script's path for something else than its program: write ", YamlList(better))};
}

// A first line that is "#!…", whatever blanks stand before it.
struct FirstLine {
  absl::string_view text;
  std::size_t number = 1;
};

FirstLine FirstLineOf(absl::string_view script) {
  FirstLine line;
  while (!script.empty()) {
    const std::size_t end = std::min(script.find('\n'), script.size());
    line.text = absl::StripAsciiWhitespace(script.substr(0, end));
    if (!line.text.empty() || end == script.size()) return line;
    script.remove_prefix(end + 1);
    ++line.number;
  }
  return line;
}

std::string Remedy(const Words& program) {
  if (program.empty()) return "leave it out";
  return KeepHead(absl::StrCat("write interpreter: ", YamlList(program)), kMostQuoted);
}

bool IsGiven(const std::string& word, const Words& interpreter) {
  if (std::find(interpreter.begin(), interpreter.end(), word) != interpreter.end()) return true;
  if (!IsOptions(word)) return false;
  return std::all_of(word.begin() + 1, word.end(), [&](char letter) {
    return std::any_of(interpreter.begin() + 1, interpreter.end(),
                       [&](const std::string& given) { return HasOption(given, std::string(1, letter)); });
  });
}

// A first line beside an interpreter says the same as it, or nothing of it is plain.
RuleProblem ContradictionProblem(const FirstLine& line, const Words& program, const Words& interpreter) {
  const std::string named = ProgramStartedBy(program);
  const std::string given = ProgramStartedBy(interpreter);
  const bool names_it = std::any_of(interpreter.begin(), interpreter.end(),
                                    [&](const std::string& word) { return PlainProgramName(word) == named; });
  const bool is_known = IsScriptLanguage(given) || given == "node" || given == "awk" || given == "sed" ||
                        given == "make" || given == "php";
  const bool fits = named.empty() || names_it || !is_known || (named == "sh" && IsShell(given));
  if (!fits) {
    return {absl::StrCat("begins with \"#!\" for ", KeepHead(named, 64), ", but its interpreter is ", given, ": ",
                         Remedy(program), ", or leave the line out"),
            line.number};
  }
  // perl and ruby look at the line themselves, for their options.
  if (named != given || !(IsShell(given) || given == "python")) return {};
  const auto lost = std::find_if(program.begin() + 1, program.end(),
                                 [&](const std::string& word) { return !IsGiven(word, interpreter); });
  const bool starts_plainly = PlainProgramName(program[0]) == named;
  if (!starts_plainly || lost == program.end()) return {};
  return {
      absl::StrCat("begins with \"#!\" and ", KeepHead(*lost, 64), ", which its interpreter lacks: ", Remedy(program)),
      line.number};
}

RuleProblem FirstLineProblem(const FirstLine& line, const Words& interpreter) {
  if (!absl::StartsWith(line.text, "#!")) return {};
  const Words program = ProgramOfFirstLine(line.text);
  if (!interpreter.empty()) return ContradictionProblem(line, program, interpreter);
  return {absl::StrCat("begins with \"#!\", which nothing obeys: ", Remedy(program)), line.number};
}

// What a shell stumbles over, and what it would do nothing for.
RuleProblem LinesProblem(absl::string_view script, bool for_shell) {
  bool does_something = false;
  std::size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(script, '\n')) {
    ++number;
    if (for_shell && absl::EndsWith(line, "\r")) {
      return {"has a line that ends with a carriage return, which a shell takes for a part of it", number};
    }
    const absl::string_view text = absl::StripAsciiWhitespace(line);
    if (!text.empty() && text[0] != '#') does_something = true;
  }
  if (!does_something) return {"does nothing: it has only comments"};
  return {};
}

}  // namespace

RuleProblem CommandProblem(const Words& command) {
  if (RuleProblem problem = WordsProblem(command); command.empty() || !problem.empty()) return problem;
  const std::string name = ProgramStartedBy(command);
  if (IsShell(name) && HasOption(command.back(), "c")) {
    return {"lacks what -c shall run", command.size()};
  }
  const bool has_program = std::any_of(command.begin() + 1, command.end(), [](const std::string& word) {
    return !IsOptions(word) || HasOption(word, "cV");
  });
  if ((IsShell(name) && !has_program) || (IsScriptLanguage(name) && command.size() == 1)) {
    return {absl::StrCat("does nothing: ", name, " reads standard input, which is empty")};
  }
  for (std::size_t i = 1; i < command.size(); ++i) {
    if (command[i] == "&&" || command[i] == "||" || command[i] == "2>&1") {
      return {absl::StrCat("has \"", command[i],
                           "\", which is an argument like others, as no shell reads it: write a "
                           "script"),
              i + 1};
    }
  }
  return {};
}

RuleProblem InterpreterProblem(const Words& interpreter) {
  if (RuleProblem problem = WordsProblem(interpreter); interpreter.empty() || !problem.empty()) return problem;
  return AddedPathProblem(interpreter);
}

RuleProblem ScriptProblem(absl::string_view script, const Words& interpreter) {
  if (RuleProblem problem = TextProblem(script, kMaxScript); !problem.empty()) return problem;
  const FirstLine first = FirstLineOf(script);
  if (first.text.empty()) return {"is blank"};
  if (RuleProblem problem = FirstLineProblem(first, interpreter); !problem.empty()) return problem;
  const std::string program = interpreter.empty() ? "sh" : ProgramStartedBy(interpreter);
  if (!IsScriptLanguage(program)) return {};
  return LinesProblem(script, IsShell(program));
}

}  // namespace fleet::domain
