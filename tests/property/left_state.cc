#include "tests/property/left_state.h"

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fleet::testing {
namespace {

constexpr uint32_t kIntentToAdd = 0x20000000;
constexpr uint32_t kSkipWorktree = 0x40000000;

// Cuts `text` after the first `end`; returns what stood before it.
absl::string_view Take(absl::string_view& text, char end) {
  const std::size_t at = text.find(end);
  const absl::string_view taken = text.substr(0, at);
  text.remove_prefix(at == absl::string_view::npos ? text.size() : at + 1);
  return taken;
}

absl::string_view After(absl::string_view line, absl::string_view label) {
  const std::size_t at = line.find(label);
  if (at == absl::string_view::npos) return "";
  line.remove_prefix(at + label.size());
  return line.substr(0, line.find_first_of("\t "));
}

// Of "git ls-files -s -z --debug": each entry is followed by five lines of what the index knows of its file.
void ParseIndex(absl::string_view listing, LeftState& state) {
  while (!listing.empty()) {
    const std::vector<std::string> head = absl::StrSplit(Take(listing, '\t'), ' ');
    const std::string path(Take(listing, '\0'));
    std::string lines;
    for (int i = 0; i < 5; ++i) absl::StrAppend(&lines, Take(listing, '\n'), "\t");
    if (head.size() != 3) return;
    if (head[2] != "0") state.unmerged = true;
    IndexEntry entry{{head[0], head[1]}};
    uint32_t flags = 0;
    (void)absl::SimpleHexAtoi(After(lines, "flags: "), &flags);
    entry.skip_worktree = (flags & kSkipWorktree) != 0;
    entry.intent_to_add = (flags & kIntentToAdd) != 0;
    entry.has_file = After(lines, "ino: ") != "0";
    entry.file = absl::StrCat(After(lines, "ino: "), " ", After(lines, "mtime: "), " ", After(lines, "ctime: "));
    state.index[path] = entry;
  }
}

bool IndexIsTheBase(const LeftState& state) {
  if (state.unmerged || state.index.size() != state.base.size()) return false;
  for (const auto& [path, entry] : state.index) {
    const auto base = state.base.find(path);
    if (base == state.base.end() || base->second != entry.entry) return false;
  }
  return true;
}

}  // namespace

TreeEntries ParseTree(absl::string_view listing) {
  TreeEntries entries;
  while (!listing.empty()) {
    const std::vector<std::string> head = absl::StrSplit(Take(listing, '\t'), ' ');
    const std::string path(Take(listing, '\0'));
    if (head.size() == 3) entries[path] = {head[0], head[2]};
  }
  return entries;
}

TreeEntries ParseStaged(absl::string_view listing) {
  TreeEntries entries;
  while (!listing.empty()) {
    const std::vector<std::string> head = absl::StrSplit(Take(listing, '\t'), ' ');
    const std::string path(Take(listing, '\0'));
    if (head.size() == 3) entries[path] = {head[0], head[1]};
  }
  return entries;
}

void ReadGitState(const PlainShell& shell, LeftState& state) {
  const std::map<std::string, std::string> environment = {{"GIT_DIR", state.git_dir}};
  const bool has_index = std::filesystem::exists(state.git_dir + "/index");
  const ShellResult listed =
      shell.Run(state.directory, "git ls-files -s -z --debug && printf '\\1' && git ls-tree -r -z HEAD", environment);
  const std::pair<std::string, std::string> parts = absl::StrSplit(listed.output, absl::MaxSplits('\1', 1));
  if (has_index) ParseIndex(parts.first, state);
  if (has_index && !IndexIsTheBase(state)) return;
  const TreeEntries head = listed.succeeded ? ParseTree(parts.second) : state.base;
  if (has_index && head == state.base) return;
  state.index.clear();
  for (const auto& [path, entry] : head) state.index[path].entry = entry;
}

std::string FileStamp(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return "";
  return absl::StrCat(static_cast<uint32_t>(info.st_ino), " ", info.st_mtim.tv_sec, ":", info.st_mtim.tv_nsec, " ",
                      info.st_ctim.tv_sec, ":", info.st_ctim.tv_nsec);
}

}  // namespace fleet::testing
