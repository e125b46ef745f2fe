#include "common/domain/shell_script.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"

namespace fleet::domain {
namespace {

bool IsWordBefore(absl::string_view word) {
  static constexpr std::array<absl::string_view, 10> kBeforeCommands = {"if", "elif", "else", "then",  "while",
                                                                        "do", "!",    "{",    "until", "time"};
  return std::find(kBeforeCommands.begin(), kBeforeCommands.end(), word) != kBeforeCommands.end();
}

// Reads as much of the shell's grammar as tells words from quoted text.
class Scanner {
 public:
  explicit Scanner(absl::string_view script) : script_(script) {}

  BashOnly Find() {
    while (found_.what.empty() && position_ < script_.size()) Step();
    EndWord();
    return found_;
  }

 private:
  char Next(std::size_t offset = 1) const {
    return position_ + offset < script_.size() ? script_[position_ + offset] : '\0';
  }

  void Step() {
    const char c = script_[position_];
    if (c == '\'' || c == '"') return SkipQuoted(c);
    if (c == '#' && word_.empty() && !quoted_) return SkipComment();
    if (c == '<' && Next() == '<' && Next(2) != '<') return ReadDelimiter();
    if (c == '&' && Next() == '>') return Found("&>");
    if (c == '\\') {
      quoted_ = true;
      line_ += Next() == '\n' ? 1 : 0;
      position_ += 2;
      return;
    }
    // "2>&1" is no end of a command.
    if (c == '>' || c == '<') {
      EndWord();
      position_ += Next() == '&' ? 2 : 1;
      return;
    }
    ++position_;
    if (c == '\n') return EndLine();
    if (absl::string_view(";&|()`").find(c) != absl::string_view::npos) return EndCommand();
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) return EndWord();
    word_ += c;
  }

  void SkipQuoted(char quote) {
    quoted_ = true;
    for (++position_; position_ < script_.size() && script_[position_] != quote; ++position_) {
      if (quote == '"' && script_[position_] == '\\') ++position_;
      if (position_ < script_.size() && script_[position_] == '\n') ++line_;
    }
    ++position_;
  }

  void SkipComment() { position_ = std::min(script_.find('\n', position_), script_.size()); }

  // "<<END", "<<-'END'" and the like: the document begins with the next line.
  void ReadDelimiter() {
    EndWord();
    position_ += 2;
    while (position_ < script_.size() &&
           absl::string_view("- \t'\"\\").find(script_[position_]) != absl::string_view::npos) {
      ++position_;
    }
    std::string delimiter;
    while (position_ < script_.size() &&
           (absl::ascii_isalnum(static_cast<unsigned char>(script_[position_])) || script_[position_] == '_')) {
      delimiter += script_[position_++];
    }
    if (Next(0) == '\'' || Next(0) == '"') ++position_;
    if (!delimiter.empty()) documents_.push_back(std::move(delimiter));
  }

  void EndLine() {
    EndCommand();
    ++line_;
    for (const std::string& delimiter : documents_) SkipDocument(delimiter);
    documents_.clear();
  }

  void SkipDocument(absl::string_view delimiter) {
    while (position_ < script_.size()) {
      const std::size_t end = std::min(script_.find('\n', position_), script_.size());
      absl::string_view line = script_.substr(position_, end - position_);
      while (absl::ConsumePrefix(&line, "\t")) continue;
      position_ = end + 1;
      ++line_;
      if (line == delimiter) return;
    }
  }

  void EndCommand() {
    EndWord();
    command_.clear();
  }

  void EndWord() {
    const std::string word = std::exchange(word_, "");
    const bool quoted = std::exchange(quoted_, false);
    if (word.empty() && !quoted) return;
    if (!command_.empty()) {
      if ((command_ == "[" || command_ == "test") && word == "==" && !quoted) Found("== in [ ]");
      return;
    }
    if (word == "[[" && !quoted) return Found("[[");
    const bool is_assignment = word.find('=') != std::string::npos && word != "==";
    if (!is_assignment && (quoted || !IsWordBefore(word))) command_ = word.empty() ? "quoted" : word;
  }

  void Found(absl::string_view what) {
    if (found_.what.empty()) found_ = {what, line_};
  }

  const absl::string_view script_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::string word_;                    // the unquoted characters of the word so far
  bool quoted_ = false;                 // whether it has others
  std::string command_;                 // the first word of the command; empty: it is yet to come
  std::vector<std::string> documents_;  // delimiters of the here-documents that begin with the next line
  BashOnly found_;
};

}  // namespace

BashOnly FindBashOnly(absl::string_view script) { return Scanner(script).Find(); }

}  // namespace fleet::domain
