#include "workers/task_runner/step_index.h"

#include <optional>
#include <utility>

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
constexpr uint32_t kAssumeUnchanged = 0x8000;
constexpr uint32_t kIntentToAdd = 1u << 29;
constexpr uint32_t kSkipWorktree = 1u << 30;
constexpr int kDebugLines = 5;

absl::Status Unreadable(absl::string_view what) {
  return TaskFailure(domain::FailureReason::kTreeBroken,
                     absl::StrCat("the steps left an index that cannot be read: ", what));
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

absl::StatusOr<TreeEntries> ToEntries(const std::vector<std::string>& records, bool is_tree) {
  TreeEntries entries;
  for (const std::string& record : records) {
    std::optional<Listed> listed = ParseListed(record, is_tree);
    if (!listed.has_value()) return absl::InternalError("git listed a tree in a form that is not known");
    entries.emplace_hint(entries.end(), std::move(listed->path), std::move(listed->entry));
  }
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
  staged.assume_unchanged = (flags & kAssumeUnchanged) != 0;
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

}  // namespace

bool StagedEntry::IsOf(const FileStamp& now) const {
  // The index keeps 32 bits of inode and size.
  const auto same = [](uint64_t a, uint64_t b) { return static_cast<uint32_t>(a) == static_cast<uint32_t>(b); };
  return had_file() && modified_ns == now.modified_ns && changed_ns == now.changed_ns && same(inode, now.inode) &&
         same(static_cast<uint64_t>(size), static_cast<uint64_t>(now.size));
}

absl::StatusOr<StepIndex> ReadStepIndex(const GitRepository& repository) {
  const auto records = repository.Records({"ls-files", "-s", "-z", "--debug"});
  if (!records.ok()) {
    if (ToFailure(records.status()).reason() == v1::FAILURE_REASON_GIT_FAILED) {
      return Unreadable(records.status().message());
    }
    return records.status();
  }
  StepIndex index;
  StagedEntry* previous = nullptr;
  for (const std::string& text : *records) {
    absl::string_view record = text;
    if (previous != nullptr && !ParseDebug(ConsumeDebug(record), *previous)) return Unreadable("its times are missing");
    if (record.empty()) break;
    std::optional<Listed> listed = ParseListed(record, false);
    if (!listed.has_value()) return Unreadable("an entry is malformed");
    if (listed->stage != "0" && (index.unmerged.empty() || index.unmerged.back() != listed->path)) {
      index.unmerged.push_back(listed->path);
    }
    previous = &index.entries[listed->path];
    previous->entry = std::move(listed->entry);
  }
  return index;
}

StepIndex IndexOf(const TreeEntries& entries) {
  StepIndex index;
  for (const auto& [path, entry] : entries) index.entries.emplace_hint(index.entries.end(), path, StagedEntry{entry});
  return index;
}

absl::StatusOr<TreeEntries> ReadIndexEntries(const GitRepository& repository) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> records, repository.Records({"ls-files", "-s", "-z"}));
  return ToEntries(records, false);
}

absl::StatusOr<TreeEntries> ReadTreeEntries(const GitRepository& repository, const std::string& tree) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> records,
                         repository.Records({"ls-tree", "-r", "-z", "--full-tree", tree}));
  return ToEntries(records, true);
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
