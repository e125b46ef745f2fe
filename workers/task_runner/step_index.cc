#include "workers/task_runner/step_index.h"

#include <climits>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/repository_head.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

// git's flags in the index, as `ls-files --debug` prints them.
constexpr uint32_t kIntentToAdd = 1u << 29;
constexpr uint32_t kSkipWorktree = 1u << 30;
constexpr int kDebugLines = 5;
// Of a few million entries: small objects can make up trees of any number.
constexpr uint64_t kMaxListing = uint64_t{256} << 20;

absl::Status Unreadable(absl::string_view what) {
  return TaskFailure(domain::FailureReason::kTreeBroken,
                     absl::StrCat("the steps left an index that cannot be read: ", what));
}

// Whether `path` leads to a place in the tree that is not git's own. git checks the names that it adds, not those that
// it reads.
bool IsInTree(absl::string_view path) {
  for (const absl::string_view name : absl::StrSplit(path, '/')) {
    if (name.empty() || name == "." || name == ".." || absl::EqualsIgnoreCase(name, ".git")) return false;
  }
  return true;
}

absl::Status CheckPath(absl::string_view path) {
  constexpr std::size_t kShown = 200;
  if (path.size() >= PATH_MAX) {
    return TaskFailure(domain::FailureReason::kChangeNotCarried,
                       absl::StrCat("the steps staged a path too long for any working tree: ", path.substr(0, kShown)));
  }
  if (!IsInTree(path)) return Unreadable(absl::StrCat("it names the path ", path.substr(0, kShown)));
  return absl::OkStatus();
}

// Octal digits; 0 for anything else.
uint32_t ParseMode(absl::string_view text) {
  uint32_t mode = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '7') return 0;
    mode = mode * 8 + static_cast<uint32_t>(digit - '0');
  }
  return mode;
}

// "<mode> <oid> <stage>\t<path>" of an index, "<mode> <type> <oid>\t<path>" of a tree.
struct Listed {
  std::string path;
  TreeEntry entry;
  absl::string_view stage;
};

std::optional<Listed> ParseListed(absl::string_view record, bool is_tree) {
  const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(record, absl::MaxSplits('\t', 1));
  const std::vector<absl::string_view> fields = absl::StrSplit(halves.first, ' ');
  Listed listed;
  if (fields.size() != 3 || halves.second.empty()) return std::nullopt;
  listed.path = std::string(halves.second);
  listed.entry = {ParseMode(fields[0]), std::string(fields[is_tree ? 2 : 1])};
  listed.stage = is_tree ? "0" : fields[2];
  if (listed.entry.mode == 0 || !IsObjectId(listed.entry.oid)) return std::nullopt;
  return listed;
}

absl::StatusOr<TreeEntries> ReadEntries(const GitRepository& repository, std::vector<std::string> arguments,
                                        bool is_tree) {
  TreeEntries entries;
  absl::Status problem;
  const auto take = [&](absl::string_view record) {
    if (!problem.ok()) return;
    std::optional<Listed> listed = ParseListed(record, is_tree);
    if (!listed.has_value()) {
      problem = absl::InternalError("git listed a tree in a form that is not known");
    } else if (problem = is_tree ? absl::OkStatus() : CheckPath(listed->path); problem.ok()) {
      entries.emplace_hint(entries.end(), std::move(listed->path), std::move(listed->entry));
    }
  };
  FLEET_RETURN_IF_ERROR(repository.EachRecord(std::move(arguments), kMaxListing, take));
  FLEET_RETURN_IF_ERROR(problem);
  return entries;
}

// "<seconds>:<nanoseconds>".
bool ParseTime(absl::string_view text, int64_t& nanoseconds) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(text, absl::MaxSplits(':', 1));
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(parts.first, &seconds) || !absl::SimpleAtoi(parts.second, &nanoseconds)) return false;
  nanoseconds += seconds * 1'000'000'000;
  return true;
}

// The value behind `name` in "  name: value", up to a tab.
absl::string_view ValueOf(absl::string_view lines, absl::string_view name) {
  const std::size_t at = lines.find(name);
  if (at == absl::string_view::npos) return "";
  lines.remove_prefix(at + name.size());
  return absl::StripAsciiWhitespace(lines.substr(0, lines.find_first_of("\t\n")));
}

bool ParseDebug(absl::string_view lines, StagedEntry& staged) {
  uint32_t flags = 0;
  if (!ParseTime(ValueOf(lines, "ctime:"), staged.changed_ns) ||
      !ParseTime(ValueOf(lines, "mtime:"), staged.modified_ns) ||
      !absl::SimpleAtoi(ValueOf(lines, "ino:"), &staged.inode) ||
      !absl::SimpleAtoi(ValueOf(lines, "size:"), &staged.size) ||
      !absl::SimpleHexAtoi(ValueOf(lines, "flags:"), &flags)) {
    return false;
  }
  staged.intent_to_add = (flags & kIntentToAdd) != 0;
  staged.skip_worktree = (flags & kSkipWorktree) != 0;
  return true;
}

// Takes the five lines that --debug writes behind an entry off the front of what follows it.
absl::string_view ConsumeDebug(absl::string_view& record) {
  std::size_t end = 0;
  for (int line = 0; line < kDebugLines; ++line) {
    end = record.find('\n', end);
    if (end == absl::string_view::npos) return "";
    ++end;
  }
  const absl::string_view debug = record.substr(0, end);
  record.remove_prefix(end);
  return debug;
}

// Takes what `ls-files -s -z --debug` writes: the times of an entry stand in front of the next one.
class StepIndexReader {
 public:
  void Take(absl::string_view record) {
    if (status_.ok()) status_ = Add(record);
  }
  absl::StatusOr<StepIndex> Finish() {
    FLEET_RETURN_IF_ERROR(status_);
    return std::move(index_);
  }

 private:
  absl::Status Add(absl::string_view record) {
    if (last_ != nullptr && !ParseDebug(ConsumeDebug(record), *last_)) return Unreadable("its times are missing");
    last_ = nullptr;
    if (record.empty()) return absl::OkStatus();
    std::optional<Listed> listed = ParseListed(record, false);
    if (!listed.has_value()) return Unreadable("an entry is malformed");
    FLEET_RETURN_IF_ERROR(CheckPath(listed->path));
    if (listed->stage != "0" && (index_.unmerged.empty() || index_.unmerged.back() != listed->path)) {
      index_.unmerged.push_back(listed->path);
    }
    last_ = &index_.entries[listed->path];
    last_->entry = std::move(listed->entry);
    return absl::OkStatus();
  }

  StepIndex index_;
  StagedEntry* last_ = nullptr;
  absl::Status status_;
};

}  // namespace

bool StagedEntry::IsOf(const FileStamp& now) const {
  // The index keeps 32 bits of inode and size.
  const auto same = [](uint64_t a, uint64_t b) { return static_cast<uint32_t>(a) == static_cast<uint32_t>(b); };
  return had_file() && modified_ns == now.modified_ns && changed_ns == now.changed_ns && same(inode, now.inode) &&
         same(static_cast<uint64_t>(size), static_cast<uint64_t>(now.size));
}

absl::StatusOr<StepIndex> ReadStepIndex(const GitRepository& repository) {
  StepIndexReader reader;
  const absl::Status status = repository.EachRecord({"ls-files", "-s", "-z", "--debug"}, GitRepository::kMaxRecords,
                                                    [&](absl::string_view record) { reader.Take(record); });
  if (!status.ok() && ToFailure(status).reason() == v1::FAILURE_REASON_GIT_FAILED) return Unreadable(status.message());
  FLEET_RETURN_IF_ERROR(status);
  return reader.Finish();
}

StepIndex IndexOf(const TreeEntries& entries) {
  StepIndex index;
  for (const auto& [path, entry] : entries) index.entries.emplace_hint(index.entries.end(), path, StagedEntry{entry});
  return index;
}

absl::StatusOr<TreeEntries> ReadIndexEntries(const GitRepository& repository) {
  return ReadEntries(repository, {"ls-files", "-s", "-z"}, false);
}

absl::StatusOr<TreeEntries> ReadTreeEntries(const GitRepository& repository, const std::string& tree) {
  return ReadEntries(repository, {"ls-tree", "-r", "-z", "--full-tree", tree}, true);
}

// ":<old mode> <new mode> <old oid> <new oid> <status>", then the path.
absl::StatusOr<TreeEntries> ReadChangedEntries(const GitRepository& repository, const std::string& before,
                                               const std::string& after) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> records,
                         repository.Records({"diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-ext-diff",
                                             "--no-textconv", before, after, "--"}));
  TreeEntries entries;
  for (std::size_t i = 0; i + 1 < records.size(); i += 2) {
    const std::vector<absl::string_view> fields = absl::StrSplit(records[i], ' ');
    constexpr std::size_t kFields = 5;
    if (fields.size() != kFields) return absl::InternalError("git listed a change in a form that is not known");
    if (fields[kFields - 1] != "D") entries[records[i + 1]] = {ParseMode(fields[1]), std::string(fields[3])};
  }
  return entries;
}

}  // namespace fleet::runner
