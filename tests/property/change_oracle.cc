#include "tests/property/change_oracle.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/property/change_case.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::testing {
namespace {

constexpr char kSubmoduleMode[] = "160000";
constexpr char kUnknownFilter[] = "gone";

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
  return entry.mode == kSubmoduleMode && file->type == SnapshotFile::Type::kDirectory ? file : nullptr;
}

// Whether nothing is below a directory.
bool IsEmpty(const TreeSnapshot& snapshot, const std::string& path) {
  const auto below = snapshot.lower_bound(path + "/");
  return below == snapshot.end() || !absl::StartsWith(below->first, path + "/");
}

bool Same(const SnapshotFile* a, const SnapshotFile* b) { return a == nullptr || b == nullptr ? a == b : *a == *b; }

// All attributes files.
TreeSnapshot Rules(const TreeSnapshot& snapshot) {
  TreeSnapshot rules;
  for (const auto& [path, file] : snapshot) {
    if (absl::EndsWith(path, ".gitattributes")) rules[path] = file;
  }
  return rules;
}

// As git would write it; `otherwise` if it is no file.
std::string ModeOf(const SnapshotFile& file, const std::string& otherwise) {
  if (file.type != SnapshotFile::Type::kFile || !absl::StartsWith(otherwise, "100")) return otherwise;
  return file.executable ? "100755" : "100644";
}

// The base's entry.
const TreeEntry& BaseOf(const LeftState& state, const std::string& path) {
  static const auto& none = *new TreeEntry;
  const auto found = state.base.find(path);
  return found == state.base.end() ? none : found->second;
}

}  // namespace

// What becomes of each path, before git stores anything.
struct ChangeOracle::Plan {
  TreeEntries start;               // the entries to store on top of
  std::vector<std::string> store;  // tracked files that git stores anew
  std::set<std::string> left_out;  // untracked files that stay out: the step took them out of the index
  std::map<std::string, std::vector<TreeEntry>> others;
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
    const bool staged = entry.entry != BaseOf(state, path);
    if (staged && !entry.intent_to_add && entry.has_file && FileOf(state.after, path, entry.entry) != nullptr) {
      // Of a file only the content is asked for.
      asked[path] = {ModeOf(*FileOf(state.after, path, entry.entry), entry.entry.mode), entry.entry.id};
    }
  }
  std::set<std::string> same;
  if (asked.empty()) return same;
  // An index without time stamps: git reads every file.
  runner::WriteFile(scratch_ + "/staged.txt", IndexInfo(asked));
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

std::map<std::string, std::string> ChangeOracle::Filters(const LeftState& state,
                                                         const std::vector<std::string>& paths) const {
  std::map<std::string, std::string> filters;
  bool named = false;
  for (const auto& [path, file] : state.after) {
    named = named || (absl::EndsWith(path, ".gitattributes") && absl::StrContains(file.bytes, "filter"));
  }
  for (const auto& [path, entry] : state.index)
    named = named || (absl::EndsWith(path, ".gitattributes") && entry.skip_worktree);
  if (paths.empty() || !named) return filters;
  runner::WriteFile(scratch_ + "/filtered.txt", Zeroed(paths));
  const ShellResult checked = shell_.Run(
      state.directory, absl::StrCat("git check-attr -z --stdin filter <", ShellWord(scratch_ + "/filtered.txt")),
      Environment(state));
  const std::vector<std::string> fields = absl::StrSplit(checked.output, '\0');
  for (std::size_t i = 2; i < fields.size(); i += 3) {
    if (fields[i] != "unspecified" && fields[i] != "set" && fields[i] != "unset") filters[fields[i - 2]] = fields[i];
  }
  return filters;
}

ChangeOracle::Plan ChangeOracle::Sort(const LeftState& state, const std::set<std::string>& same_as_staged,
                                      const std::map<std::string, std::string>& filters) {
  Plan plan;
  const bool rules_changed = Rules(state.before) != Rules(state.after);
  std::set<std::string> paths;
  for (const auto& [path, entry] : state.base) paths.insert(path);
  for (const auto& [path, entry] : state.index) paths.insert(path);
  for (const std::string& path : paths) {
    const TreeEntry& was = BaseOf(state, path);
    const auto index = state.index.find(path);
    if (index == state.index.end()) {
      // Taken out of the index. A file that the step also wrote is like any untracked one.
      const SnapshotFile* file = FileOf(state.after, path, was);
      const bool is_file = file != nullptr && file->HasContent();
      if (is_file && Same(FileOf(state.before, path, was), file)) plan.left_out.insert(path);
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
    if (after == nullptr) {
      // An entry that never had a file stays; one whose file was removed goes.
      // Staged once its directory was gone, or gone since: nothing tells.
      if (entry.entry.mode == kSubmoduleMode && staged) plan.others[path].push_back(entry.entry);
      if (!entry.skip_worktree && (before != nullptr || entry.has_file)) continue;
      stands = true;
    } else if (after->type == SnapshotFile::Type::kDirectory) {
      // A submodule that is not checked out. Of a new one that no .gitmodules declares the files count, if there are
      // any.
      stands = was.mode == kSubmoduleMode || IsEmpty(state.after, path);
      if (!stands) continue;
      if (was.mode != kSubmoduleMode) plan.others[path].push_back({});
    } else if (!staged) {
      stands = Same(before, after);
    } else if (filters.count(path) > 0) {
      // The step's own git does not know the filter: only the file counts.
      stands = Same(before, after);
      if (stands && was.id != entry.entry.id) plan.others[path].push_back(was);
    } else if (!entry.has_file) {
      stands = Same(before, after);
    } else if (same_as_staged.count(path) > 0) {
      stands = ModeOf(*after, entry.entry.mode) == entry.entry.mode;
      if (!stands) {
        // git add --chmod, or chmod after git add.
        stands = Same(before, after) || entry.file == FileStamp(state.directory + "/" + path);
        plan.others[path] = {{ModeOf(*after, entry.entry.mode), entry.entry.id}, entry.entry};
      }
    } else {
      // Rules that changed after it was staged, a file that was restored after it, or one that was written within a
      // tick of it: what can be told goes by the file's times.
      const bool has_its_times = entry.file == FileStamp(state.directory + "/" + path);
      stands = has_its_times && Same(before, after);
      const bool is_open = Same(before, after) || (has_its_times && rules_changed);
      if (!stands && is_open) plan.others[path].push_back(entry.entry);
    }
    plan.start[path] = entry.entry;
    if (!stands) plan.store.push_back(path);
  }
  return plan;
}

// A new blob of a path whose filter nobody configured cannot be what the repository asks for.
std::string ChangeOracle::UnknownFilter(const LeftState& state, const TreeEntries& tree) const {
  std::set<std::string> known;
  for (const auto& [path, entry] : state.base) known.insert(entry.id);
  std::vector<std::string> fresh;
  for (const auto& [path, entry] : tree) {
    if (absl::StartsWith(entry.mode, "100") && known.count(entry.id) == 0) fresh.push_back(path);
  }
  for (const auto& [path, filter] : Filters(state, fresh)) {
    if (filter == kUnknownFilter) return absl::StrCat("nobody configured the filter of a file: ", path);
  }
  return "";
}

ShellResult ChangeOracle::Store(const LeftState& state, const std::vector<std::string>& store) const {
  const std::string at = ShellWord(scratch_);
  runner::WriteFile(scratch_ + "/store", Zeroed(store));
  return shell_.Run(
      state.directory,
      absl::StrCat("rm -f ", at, "/expected; git update-index -z --index-info <", at, "/start || exit 1; ",
                   "if test -s ", at, "/store; then git add -f --pathspec-file-nul --pathspec-from-file=", at,
                   "/store || exit 1; fi; git ls-files -s -z"),
      Environment(state));
}

ExpectedChange ChangeOracle::Judge(const LeftState& state) const {
  ExpectedChange expected;
  if (state.unmerged) {
    expected.failure = "the index holds a conflict";
    return expected;
  }
  std::vector<std::string> staged;
  for (const auto& [path, entry] : state.index) {
    if (entry.entry != BaseOf(state, path)) staged.push_back(path);
  }
  Plan plan = Sort(state, SameAsStaged(state), Filters(state, staged));
  // git looks into no submodule: what is in the directory of one shows only without it.
  TreeEntries filled;
  for (const auto& [path, entry] : plan.start) {
    if (entry.mode == kSubmoduleMode && !IsEmpty(state.after, path)) filled[path] = entry;
  }
  for (const auto& [path, entry] : filled) plan.start.erase(path);
  const std::string at = ShellWord(scratch_);
  runner::WriteFile(scratch_ + "/start", IndexInfo(plan.start));
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
    for (const auto& [submodule, entry] : filled) {
      if (!absl::StartsWith(name, submodule + "/")) continue;
      expected.failure = absl::StrCat("a file is in a submodule: ", name);
      return expected;
    }
    if (plan.left_out.count(name) == 0) store.insert(name);
  }
  plan.store.assign(store.begin(), store.end());
  ShellResult stored = Store(state, plan.store);
  if (!stored.succeeded) {
    // Without those for which what is staged may as well stand.
    const std::string problem = absl::StrCat("git add fails: ", stored.errors);
    for (const auto& [path, entries] : plan.others) store.erase(path);
    if (store.size() < plan.store.size()) stored = Store(state, {store.begin(), store.end()});
    (stored.succeeded ? expected.doubt : expected.failure) = problem;
    if (!stored.succeeded) return expected;
  }
  expected.tree = ParseStaged(stored.output);
  for (const auto& [path, entry] : filled) expected.tree[path] = entry;
  expected.others = std::move(plan.others);
  // What was staged past the filter of an untouched file may be left out as well.
  TreeEntries certain = expected.tree;
  for (const auto& [path, entries] : expected.others) certain.erase(path);
  expected.failure = UnknownFilter(state, certain);
  return expected;
}

}  // namespace fleet::testing
