#include "workers/task_runner/repository_head.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "workers/task_runner/private_file.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxRef = 4096;
constexpr std::size_t kMaxPackedRefs = 256 << 20;
constexpr int kMaxSymbolic = 5;

bool IsRefName(absl::string_view name) {
  return absl::StartsWith(name, "refs/") && !absl::StrContains(name, "..") && name.size() < kMaxRef &&
         name.find('\0') == absl::string_view::npos;
}

std::string FindPacked(const std::string& git_dir, absl::string_view ref) {
  const auto packed = ReadPlainFile(absl::StrCat(git_dir, "/packed-refs"), kMaxPackedRefs);
  if (!packed.ok()) return "";
  for (absl::string_view line : absl::StrSplit(*packed, '\n')) {
    const std::pair<absl::string_view, absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    if (fields.second == ref && IsObjectId(fields.first)) return std::string(fields.first);
  }
  return "";
}

}  // namespace

bool IsObjectId(absl::string_view text) {
  return (text.size() == kSha1Digits || text.size() == kSha256Digits) &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string ReadHeadCommit(const std::string& git_dir) {
  std::string name = "HEAD";
  for (int i = 0; i < kMaxSymbolic; ++i) {
    const auto text = ReadPlainFile(absl::StrCat(git_dir, "/", name), kMaxRef);
    if (!text.ok()) return FindPacked(git_dir, name);
    absl::string_view value = absl::StripAsciiWhitespace(*text);
    if (!absl::ConsumePrefix(&value, "ref:")) return IsObjectId(value) ? std::string(value) : "";
    name = std::string(absl::StripAsciiWhitespace(value));
    if (!IsRefName(name)) return "";
  }
  return "";
}

std::string FindGitDirectory(const std::string& tree, const std::string& root) {
  std::error_code error;
  // A link on the way could lead anywhere.
  if (fs::canonical(tree, error).string() != tree || !absl::StartsWith(tree, absl::StrCat(root, "/"))) return "";
  std::string dot_git = absl::StrCat(tree, "/.git");
  if (IsPlainDirectory(dot_git)) return dot_git;
  const auto text = ReadPlainFile(dot_git, kMaxRef);
  if (!text.ok()) return "";
  absl::string_view target = *text;
  if (!absl::ConsumePrefix(&target, "gitdir:")) return "";
  const fs::path path = fs::canonical(fs::path(tree) / std::string(absl::StripAsciiWhitespace(target)), error);
  if (error || !absl::StartsWith(path.string(), absl::StrCat(root, "/")) || !IsPlainDirectory(path.string())) return "";
  return path.string();
}

}  // namespace fleet::runner
