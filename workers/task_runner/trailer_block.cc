#include "workers/task_runner/trailer_block.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace fleet::runner {
namespace {

bool IsBlank(absl::string_view line) { return absl::StripAsciiWhitespace(line).empty(); }

// Lines that git writes itself: beside one of them, it takes a paragraph with some other text for trailers too.
bool IsOfGit(absl::string_view line) {
  return absl::StartsWith(line, "Signed-off-by: ") || absl::StartsWith(line, "(cherry picked from commit ");
}

// "Token: value", with blanks before the colon if need be.
bool IsTrailer(absl::string_view line) {
  absl::string_view token = line.substr(0, std::min(line.find(':'), line.size()));
  if (token.size() == line.size()) return false;
  token = token.substr(0, token.find_last_not_of(" \t") + 1);
  return !token.empty() && std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-';
  });
}

bool AreTrailers(const std::vector<absl::string_view>& lines) {
  std::size_t trailers = 0;
  std::size_t others = 0;
  bool has_line_of_git = false;
  bool goes_on = false;  // whether an indented line would belong to a trailer
  for (const absl::string_view line : lines) {
    if (absl::StartsWith(line, "#")) {
      goes_on = false;
    } else if (IsOfGit(line) || IsTrailer(line)) {
      has_line_of_git = has_line_of_git || IsOfGit(line);
      ++trailers;
      goes_on = true;
    } else if (line[0] != ' ' && line[0] != '\t') {
      ++others;
      goes_on = false;
    } else if (!goes_on) {
      ++others;
    }
  }
  return has_line_of_git ? trailers * 3 >= others : trailers > 0 && others == 0;
}

}  // namespace

TrailerBlock SplitTrailers(absl::string_view message) {
  const std::vector<absl::string_view> lines = absl::StrSplit(message, '\n');
  const auto blank = std::find_if(lines.rbegin(), lines.rend(), IsBlank);
  // The first paragraph is the title, whatever it looks like.
  if (std::all_of(blank, lines.rend(), IsBlank)) return {message, {}};
  std::vector<absl::string_view> block(blank.base(), lines.end());
  if (!AreTrailers(block)) return {message, {}};
  const std::size_t start = static_cast<std::size_t>(block.front().data() - message.data());
  return {absl::StripTrailingAsciiWhitespace(message.substr(0, start)), std::move(block)};
}

}  // namespace fleet::runner
