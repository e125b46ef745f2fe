#include "common/domain/program_name.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fleet::domain {
namespace {

bool IsSetting(const std::string& word) { return absl::StrContains(word, '=') || absl::StartsWith(word, "-"); }

std::string YamlWord(const std::string& word) {
  const bool plain = !word.empty() && word != "-" && word[0] != '%' && word[0] != '@' && word[0] != '=' &&
                     std::all_of(word.begin(), word.end(), [](char c) {
                       return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                              absl::string_view("_./=+@%-").find(c) != absl::string_view::npos;
                     });
  if (plain) return word;
  return absl::StrCat("\"", absl::StrReplaceAll(word, {{"\\", "\\\\"}, {"\"", "\\\""}, {"\n", "\\n"}}), "\"");
}

}  // namespace

std::string PlainProgramName(absl::string_view program) {
  const std::size_t slash = program.rfind('/');
  std::string name = absl::AsciiStrToLower(slash == absl::string_view::npos ? program : program.substr(slash + 1));
  const std::size_t end = name.find_last_not_of("0123456789.-");
  if (end != std::string::npos) name.resize(end + 1);
  if (name == "gawk" || name == "mawk" || name == "nawk") return "awk";
  if (name == "gmake") return "make";
  return name == "nodejs" ? "node" : name;
}

std::string ProgramStartedBy(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = PlainProgramName(words[i]);
    if (name != "env") return name;
    while (i + 1 < words.size() && IsSetting(words[i + 1])) ++i;
  }
  return "";
}

bool IsShell(absl::string_view plain_name) {
  static constexpr std::array<absl::string_view, 6> kShells = {"sh", "bash", "dash", "ash", "ksh", "zsh"};
  return std::find(kShells.begin(), kShells.end(), plain_name) != kShells.end();
}

bool IsScriptLanguage(absl::string_view plain_name) {
  static constexpr std::array<absl::string_view, 4> kOthers = {"python", "perl", "ruby", "fish"};
  return IsShell(plain_name) || std::find(kOthers.begin(), kOthers.end(), plain_name) != kOthers.end();
}

std::vector<std::string> ProgramOfFirstLine(absl::string_view line) {
  line = line.substr(0, line.find('\n'));
  absl::ConsumePrefix(&line, "#!");
  std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar(" \t\r"), absl::SkipEmpty());
  if (words.empty() || PlainProgramName(words[0]) != "env") return words;
  // "-S" only splits what the kernel hands over as one word.
  if (words.size() > 1) {
    std::string& option = words[1];
    if (absl::StartsWith(option, "--split-string=")) option.erase(0, 15);
    if (absl::StartsWith(option, "-S")) option.erase(0, 2);
    if (option.empty() || option == "--split-string") words.erase(words.begin() + 1);
  }
  // What sets variables or has other options stays env's to do.
  if (words.size() < 2 || !IsSetting(words[1])) words.erase(words.begin());
  return words;
}

std::string YamlList(const std::vector<std::string>& words) {
  const auto append = [](std::string* text, const std::string& word) { text->append(YamlWord(word)); };
  return absl::StrCat("[", absl::StrJoin(words, ", ", append), "]");
}

}  // namespace fleet::domain
