#include "workers/task_runner/step_staging.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

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

constexpr std::size_t kMaxIndex = std::size_t{256} << 20;
constexpr std::size_t kMaxAlternates = 1 << 20;

bool IsPlainDirectory(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// A repository made anew in its place knows nothing of the base.
bool IsTheClone(const GitClone& clone, const std::string& git_dir) {
  if (!IsPlainDirectory(git_dir) || !IsPlainDirectory(absl::StrCat(git_dir, "/objects"))) return false;
  const auto alternates = ReadPlainFile(absl::StrCat(git_dir, "/objects/info/alternates"), kMaxAlternates);
  return alternates.ok() && absl::StrContains(absl::StrCat("\n", *alternates), absl::StrCat("\n", clone.objects, "\n"));
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
    const auto text = ReadPlainFile(entry->path().string(), kMaxIndex);
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

std::string StepObjects(const GitClone& clone) {
  const std::string git_dir = absl::StrCat(clone.tree, "/.git");
  return IsTheClone(clone, git_dir) ? absl::StrCat(git_dir, "/objects") : "";
}

absl::StatusOr<std::optional<StepIndex>> ReadStaging(const GitClone& clone, const GitRepository& repository) {
  const std::string git_dir = absl::StrCat(clone.tree, "/.git");
  if (!IsTheClone(clone, git_dir)) return std::nullopt;
  const auto text = ReadPlainFile(absl::StrCat(git_dir, "/index"), kMaxIndex);
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
