#include "workers/task_runner/step_staging.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/repository_head.h"
#include "workers/task_runner/task_failure.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxAlternates = 1 << 20;
constexpr std::size_t kMaxLink = 4096;

// Where the repository is that stands at `git_dir`, should that be a file that names another place.
std::string PlaceOf(const std::string& git_dir, const std::string& tree) {
  const auto text = ReadPlainFile(git_dir, kMaxLink);
  absl::string_view target = text.ok() ? absl::string_view(*text) : "";
  if (!absl::ConsumePrefix(&target, "gitdir:")) return git_dir;
  target = absl::StripAsciiWhitespace(target);
  return absl::StartsWith(target, "/") ? std::string(target) : absl::StrCat(tree, "/", target);
}

// Whether `git_dir` is still the repository that the steps were given. One made anew in its place is not: it knows
// nothing of the base. Returns a TaskFailure, kChangeNotCarried, for one that was moved behind a link, whose objects
// nobody could vouch for.
absl::StatusOr<bool> IsTheClone(const GitClone& clone, const std::string& git_dir) {
  const std::string place = PlaceOf(git_dir, clone.tree);
  const auto mark = ReadPlainFile(absl::StrCat(place, "/", kCloneMark), kMaxLink);
  if (!mark.ok() || absl::StripAsciiWhitespace(*mark) != clone.base_commit) return false;
  const auto alternates = ReadPlainFile(absl::StrCat(git_dir, "/objects/info/alternates"), kMaxAlternates);
  const bool is_plain = IsPlainDirectory(git_dir) && IsPlainDirectory(absl::StrCat(git_dir, "/objects")) &&
                        (alternates.ok() || absl::IsNotFound(alternates.status()));
  if (is_plain) return true;
  return TaskFailure(domain::FailureReason::kChangeNotCarried,
                     ".git was put behind a link: what the steps staged in it cannot be read");
}

bool Differs(const StepIndex& index, const TreeEntries& base) {
  return index.entries.size() != base.size() ||
         !std::equal(base.begin(), base.end(), index.entries.begin(), [](const auto& a, const auto& b) {
           return a.first == b.first && a.second == b.second.entry && !b.second.intent_to_add;
         });
}

// A split index names a second file, which git looks for in its own directory.
void CopySharedIndex(const std::string& index, const std::string& from, const std::string& to) {
  std::error_code error;
  for (fs::directory_iterator entry(from, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    absl::string_view id = name;
    // Others may lie there, in any number and size.
    if (!absl::ConsumePrefix(&id, "sharedindex.") || !IsObjectId(id)) continue;
    if (!absl::StrContains(index, absl::HexStringToBytes(id))) continue;
    const auto text = ReadPlainFile(entry->path().string(), kMaxIndexFile);
    // A file that is missing then shows when the index is read.
    if (text.ok()) WritePrivateFile(absl::StrCat(to, "/", name), *text).IgnoreError();
    return;
  }
}

absl::StatusOr<StepIndex> Parse(const GitRepository& repository, const std::string& git_dir, const std::string& index) {
  GitRepository::Places places = repository.places();
  places.work_tree.clear();
  places.index = absl::StrCat(places.scratch, "/step-index");
  struct stat info {};
  if (lstat(absl::StrCat(git_dir, "/index").c_str(), &info) != 0) info.st_mtim = {};
  FLEET_RETURN_IF_ERROR(WritePrivateFile(places.index, index));
  CopySharedIndex(index, git_dir, places.git_dir);
  FLEET_ASSIGN_OR_RETURN(StepIndex parsed, ReadStepIndex({repository.git(), repository.bounds(),
                                                          domain::FailureStage::kCommit, std::move(places)}));
  parsed.written_ns = FileStamp::Of(info).modified_ns;
  if (parsed.unmerged.empty()) return parsed;
  return TaskFailure(domain::FailureReason::kTreeBroken,
                     absl::StrCat("the steps left a merge conflict in ", parsed.unmerged[0]));
}

}  // namespace

absl::StatusOr<std::string> FindStepObjects(const GitClone& clone) {
  const std::string git_dir = absl::StrCat(clone.tree, "/.git");
  FLEET_ASSIGN_OR_RETURN(const bool is_the_clone, IsTheClone(clone, git_dir));
  return is_the_clone ? absl::StrCat(git_dir, "/objects") : std::string();
}

absl::StatusOr<std::optional<StepIndex>> ReadStaging(const GitClone& clone, const GitRepository& repository) {
  const std::string git_dir = absl::StrCat(clone.tree, "/.git");
  FLEET_ASSIGN_OR_RETURN(const bool is_the_clone, IsTheClone(clone, git_dir));
  if (!is_the_clone) return std::nullopt;
  const auto text = ReadPlainFile(absl::StrCat(git_dir, "/index"), kMaxIndexFile);
  std::optional<StepIndex> index;
  if (text.ok() && *text != clone.index) {
    FLEET_ASSIGN_OR_RETURN(index, Parse(repository, git_dir, *text));
    if (Differs(*index, clone.snapshot.base())) return index;
  } else if (!text.ok() && !absl::IsNotFound(text.status())) {
    return TaskFailure(domain::FailureReason::kTreeBroken,
                       absl::StrCat("the steps left an index that cannot be read: ", text.status().message()));
  }
  const std::string head = ReadHeadCommit(git_dir);
  if (head.empty() || head == clone.base_commit) return index;
  FLEET_ASSIGN_OR_RETURN(const TreeEntries committed, ReadTreeEntries(repository, head));
  if (committed == clone.snapshot.base()) return index;
  return IndexOf(committed);
}

}  // namespace fleet::runner
