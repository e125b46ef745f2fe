#include "tests/property/change_oracle.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/property/change_case.h"

namespace fleet::testing {
namespace {

constexpr char kSubmodule[] = "160000";
constexpr char kUnknownFilter[] = "gone";

void Write(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::string Zeroed(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text.append(path).push_back('\0');
  return text;
}

std::string IndexInfo(const TreeEntries& entries) {
  std::string text;
  for (const auto& [path, entry] : entries) {
    absl::StrAppend(&text, entry.mode, " ", entry.id, " 0\t", path);
    text.push_back('\0');
  }
  return text;
}

const SnapshotFile* Find(const TreeSnapshot& snapshot, const std::string& path) {
  const auto found = snapshot.find(path);
  return found == snapshot.end() ? nullptr : &found->second;
}

// What is there for an entry: a directory counts for submodules only.
const SnapshotFile* FileOf(const TreeSnapshot& snapshot, const std::string& path, const TreeEntry& entry) {
  const SnapshotFile* file = Find(snapshot, path);
  if (file == nullptr || file->HasContent()) return file;
  return entry.mode == kSubmodule && file->type == SnapshotFile::Type::kDirectory ? file : nullptr;
}

bool Same(const SnapshotFile* a, const SnapshotFile* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

}  // namespace

// What becomes of each path, before git stores anything.
struct ChangeOracle::Plan {
  TreeEntries start;                  // the entries to store on top of
  std::vector<std::string> store;     // tracked files that git stores anew
  std::set<std::string> left_out;     // untracked files that stay out: the step took them out of the index
  std::vector<std::string> standing;  // staged entries that stand
  std::map<std::string, std::vector<TreeEntry>> others;
  std::vector<std::string> doubtful;  // to store, but what is staged may as well stand
};

ChangeOracle::ChangeOracle(const PlainShell& shell, std::string git_dir, std::string objects, std::string config,
                           std::string scratch)
    : shell_(shell),
      git_dir_(std::move(git_dir)),
      objects_(std::move(objects)),
      config_(std::move(config)),
      scratch_(std::move(scratch)) {}

std::map<std::string, std::string> ChangeOracle::Environment(const LeftState& state) const {
  return {{"GIT_DIR", git_dir_},
          {"GIT_WORK_TREE", state.directory},
          {"GIT_INDEX_FILE", scratch_ + "/expected"},
          {"GIT_OBJECT_DIRECTORY", scratch_ + "/objects"},
          {"GIT_ALTERNATE_OBJECT_DIRECTORIES", absl::StrCat(objects_, ":", state.git_dir, "/objects")},
          {"GIT_CONFIG_GLOBAL", config_},
          {"GIT_LITERAL_PATHSPECS", "1"}};
}

std::set<std::string> ChangeOracle::SameAsStaged(const LeftState& state) const {
  TreeEntries asked;
  for (const auto& [path, entry] : state.index) {
    const auto base = state.base.find(path);
    const bool staged = base == state.base.end() || base->second != entry.entry;
    if (staged && !entry.intent_to_add && entry.has_file && FileOf(state.after, path, entry.entry) != nullptr) {
      asked[path] = entry.entry;
    }
  }
  std::set<std::string> same;
  if (asked.empty()) return same;
  // An index without time stamps: git reads every file.
  Write(scratch_ + "/staged.txt", IndexInfo(asked));
  const std::string index = scratch_ + "/staged";
  const ShellResult changed = shell_.Run(
      state.directory,
      absl::StrCat("rm -f ", ShellWord(index), "; git update-index -z --index-info <", ShellWord(index + ".txt"),
                   "; git update-index -q --refresh >/dev/null; git diff-files --name-only -z"),
      {{"GIT_DIR", state.git_dir},
       {"GIT_WORK_TREE", state.directory},
       {"GIT_INDEX_FILE", index},
       {"GIT_LITERAL_PATHSPECS", "1"}});
  for (const auto& [path, entry] : asked) same.insert(path);
  for (const auto& path : absl::StrSplit(changed.output, '\0')) same.erase(std::string(path));
  return same;
}

ChangeOracle::Plan ChangeOracle::Sort(const LeftState& state, const std::set<std::string>& same_as_staged) {
  Plan plan;
  std::set<std::string> paths;
  for (const auto& [path, entry] : state.base) paths.insert(path);
  for (const auto& [path, entry] : state.index) paths.insert(path);
  for (const std::string& path : paths) {
    const auto base = state.base.find(path);
    const auto index = state.index.find(path);
    const TreeEntry none;
    const TreeEntry& was = base == state.base.end() ? none : base->second;
    if (index == state.index.end()) {
      // Taken out of the index. A file that the step also wrote is like any untracked one.
      const SnapshotFile* file = FileOf(state.after, path, was);
      if (file != nullptr && file->HasContent() && Same(FileOf(state.before, path, was), file))
        plan.left_out.insert(path);
      continue;
    }
    const IndexEntry& entry = index->second;
    const SnapshotFile* before = FileOf(state.before, path, entry.entry);
    const SnapshotFile* after = FileOf(state.after, path, entry.entry);
    if (entry.intent_to_add) {
      if (after != nullptr) plan.store.push_back(path);
      continue;
    }
    const bool staged = was != entry.entry;
    bool stands = false;
    bool doubtful = false;
    if (after == nullptr) {
      // An entry that never had a file stays; one whose file was removed goes.
      if (!entry.skip_worktree && (before != nullptr || entry.has_file)) continue;
      stands = true;
    } else if (after->type == SnapshotFile::Type::kDirectory) {
      stands = true;  // a submodule that is not checked out
    } else if (!staged) {
      stands = Same(before, after);
    } else if (!entry.has_file) {
      stands = Same(before, after);
    } else if (same_as_staged.count(path) > 0) {
      stands = true;
    } else if (Same(before, after)) {
      // Rules that changed after it was staged, or a file that was restored after it.
      stands = entry.file == FileStamp(state.directory + "/" + path);
      doubtful = !stands;
    }
    plan.start[path] = entry.entry;
    if (staged && stands) plan.standing.push_back(path);
    if (!stands) plan.store.push_back(path);
    if (doubtful) plan.doubtful.push_back(path);
  }
  return plan;
}

std::string ChangeOracle::UnknownFilter(const LeftState& state, const std::vector<std::string>& paths) const {
  bool named = false;
  for (const auto& [path, file] : state.after) {
    named = named || (absl::EndsWith(path, ".gitattributes") && absl::StrContains(file.bytes, kUnknownFilter));
  }
  if (paths.empty() || !named) return "";
  Write(scratch_ + "/filtered.txt", Zeroed(paths));
  const ShellResult checked = shell_.Run(
      state.directory, absl::StrCat("git check-attr -z --stdin filter <", ShellWord(scratch_ + "/filtered.txt")),
      Environment(state));
  const std::vector<std::string> fields = absl::StrSplit(checked.output, '\0');
  for (std::size_t i = 2; i < fields.size(); i += 3) {
    const SnapshotFile* file = Find(state.after, fields[i - 2]);
    if (fields[i] == kUnknownFilter && file != nullptr && file->type == SnapshotFile::Type::kFile) return fields[i - 2];
  }
  return "";
}

ExpectedChange ChangeOracle::Judge(const LeftState& state) const {
  ExpectedChange expected;
  if (state.unmerged) {
    expected.failure = "the index holds a conflict";
    return expected;
  }
  Plan plan = Sort(state, SameAsStaged(state));
  for (const auto& [path, entry] : plan.start) {
    if (entry.mode != kSubmodule) continue;
    const auto below = state.after.lower_bound(path + "/");
    if (below != state.after.end() && absl::StartsWith(below->first, path + "/")) {
      expected.failure = absl::StrCat("something is in the submodule ", path);
      return expected;
    }
  }
  const std::string at = ShellWord(scratch_);
  Write(scratch_ + "/start", IndexInfo(plan.start));
  const ShellResult others = shell_.Run(state.directory,
                                        absl::StrCat("rm -f ", at, "/expected; git update-index -z --index-info <", at,
                                                     "/start && git ls-files -o -z --exclude-standard"),
                                        Environment(state));
  if (!others.succeeded) {
    expected.failure = absl::StrCat("the oracle failed: ", others.errors);
    return expected;
  }
  std::set<std::string> store(plan.store.begin(), plan.store.end());
  for (const auto& path : absl::StrSplit(others.output, '\0', absl::SkipEmpty())) {
    const std::string name(path);
    if (plan.left_out.count(name) == 0) store.insert(name);
  }
  plan.store.assign(store.begin(), store.end());
  Write(scratch_ + "/store", Zeroed(plan.store));
  const ShellResult stored = shell_.Run(
      state.directory,
      absl::StrCat("if test -s ", at, "/store; then git add -f --pathspec-file-nul --pathspec-from-file=", at,
                   "/store || exit 1; fi; git ls-files -s -z"),
      Environment(state));
  if (!stored.succeeded) {
    expected.failure = absl::StrCat("git add fails: ", stored.errors);
    return expected;
  }
  expected.tree = ParseStaged(stored.output);
  for (const std::string& path : plan.doubtful) expected.others[path].push_back(plan.start[path]);
  const std::string unknown = UnknownFilter(state, plan.store);
  if (!unknown.empty()) expected.failure = absl::StrCat("nobody configured the filter of ", unknown);
  const std::string standing = UnknownFilter(state, plan.standing);
  if (!standing.empty())
    expected.doubt = absl::StrCat("nobody configured the filter of ", standing, ", which is staged");
  return expected;
}

}  // namespace fleet::testing
