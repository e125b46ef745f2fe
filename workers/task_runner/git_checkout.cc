#include "workers/task_runner/git_checkout.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <ctime>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/attribute_rules.h"
#include "workers/task_runner/blob_hasher.h"
#include "workers/task_runner/git_repository.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/step_index.h"
#include "workers/task_runner/step_staging.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;

absl::Status MakeWorkingTree(const GitCommand& git, const WorkBounds& bounds, const GitClone& clone) {
  const std::string& branch = clone.request.branch;
  FLEET_RETURN_IF_ERROR(git.Run({FailureStage::kCheckout,
                                 {"init", "-q", absl::StrCat("--object-format=", clone.object_format),
                                  absl::StrCat("--initial-branch=", branch), "--", clone.tree},
                                 clone.request.directory},
                                bounds)
                            .status());
  const std::string git_dir = absl::StrCat(clone.tree, "/.git");
  // As a clone has them, with nothing in them: programs append to .git/info/exclude.
  for (const char* folder : {"/objects/info", "/info", "/hooks"}) {
    std::error_code ignored;  // the writes below say what is wrong
    std::filesystem::create_directories(absl::StrCat(git_dir, folder), ignored);
  }
  FLEET_RETURN_IF_ERROR(
      WritePrivateFile(absl::StrCat(git_dir, "/objects/info/alternates"), absl::StrCat(clone.objects, "\n")));
  if (!clone.shallow.empty()) FLEET_RETURN_IF_ERROR(WritePrivateFile(absl::StrCat(git_dir, "/shallow"), clone.shallow));
  FLEET_RETURN_IF_ERROR(
      WritePrivateFile(absl::StrCat(git_dir, "/", kCloneMark), absl::StrCat(clone.base_commit, "\n")));
  FLEET_RETURN_IF_ERROR(
      git.Run(
             {FailureStage::kCheckout, {"config", "--local", "remote.origin.url", clone.request.clone_url}, clone.tree},
             bounds)
          .status());
  return git.Run({FailureStage::kCheckout, {"reset", "-q", "--hard", clone.base_commit, "--"}, clone.tree}, bounds)
      .status();
}

// git doubts a file that was written in the second in which its index was, and looks into it: one that was stored
// otherwise than git would store it now then counts as changed, and a step's own `git add -A` would take it in. Where
// that is so, the index is given a later second.
absl::Status SettleIndex(const GitRepository& repository, const std::string& index) {
  FLEET_ASSIGN_OR_RETURN(
      const std::vector<std::string> doubted,
      repository.Records({"diff-files", "-z", "--name-only", "--no-ext-diff", "--ignore-submodules=all"}));
  if (doubted.empty()) return absl::OkStatus();
  struct stat info {};
  if (stat(index.c_str(), &info) != 0) return SystemError(errno, "cannot read the index");
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  // With a clock that was set back there is no later second to wait for.
  if (now.tv_sec == info.st_mtim.tv_sec) {
    const timespec rest{0, 999'999'999 - now.tv_nsec};
    nanosleep(&rest, nullptr);
  }
  // The clock of files lags behind by up to a tick.
  constexpr timespec kTick{0, 12'000'000};
  nanosleep(&kTick, nullptr);
  if (utimensat(AT_FDCWD, index.c_str(), nullptr, 0) != 0) return SystemError(errno, "cannot date the index");
  return absl::OkStatus();
}

std::vector<std::string> PathsOf(const TreeEntries& entries) {
  std::vector<std::string> paths;
  for (const auto& [path, entry] : entries) {
    if (!entry.is_gitlink()) paths.push_back(path);
  }
  return paths;
}

absl::Status KeepSnapshot(const GitRepository& repository, GitClone& clone) {
  FLEET_ASSIGN_OR_RETURN(TreeEntries base, ReadIndexEntries(repository));
  FLEET_ASSIGN_OR_RETURN(WorkTree files, WorkTree::Open(clone.tree));
  for (const auto& [path, entry] : base) {
    if (!IsAttributesFile(path) || entry.is_gitlink()) continue;
    FLEET_ASSIGN_OR_RETURN(const std::optional<FileStamp> stamp, files.Look(path));
    if (!stamp.has_value()) continue;
    // One that its own rules have turned into something else at checkout: what git went by can be anything.
    FLEET_ASSIGN_OR_RETURN(const std::string bytes, files.Hash(BlobHasher(entry.oid), path, *stamp));
    if (bytes != entry.oid) clone.attributes = {true, true, true};
    const auto text = ReadPlainFile(absl::StrCat(clone.tree, "/", path), kMaxAttributesFile);
    if (text.ok()) clone.attributes.Add(*text);
  }
  const auto lfs_config = base.find(".lfsconfig");
  if (lfs_config != base.end() && !lfs_config->second.is_gitlink()) {
    FLEET_ASSIGN_OR_RETURN(clone.lfs_config, repository.Run({"cat-file", "blob", lfs_config->second.oid}));
  }
  std::set<std::string> converted;
  if (clone.attributes.checkout_conversion) {
    FLEET_ASSIGN_OR_RETURN(converted, ReadConverted(repository, PathsOf(base)));
  }
  const std::string index = absl::StrCat(clone.tree, "/.git/index");
  if (clone.attributes.storing_conversion) FLEET_RETURN_IF_ERROR(SettleIndex(repository, index));
  FLEET_ASSIGN_OR_RETURN(clone.snapshot,
                         CheckoutSnapshot::Take(clone.tree, std::move(base), converted, clone.request.directory));
  FLEET_ASSIGN_OR_RETURN(clone.index, ReadPlainFile(index, kMaxIndexFile));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOut(const GitCommand& git, const WorkBounds& bounds, GitClone& clone) {
  clone.tree = absl::StrCat(clone.request.directory, "/tree");
  FLEET_RETURN_IF_ERROR(MakeWorkingTree(git, bounds, clone));
  const GitRepository repository(
      git, bounds, FailureStage::kCheckout,
      {absl::StrCat(clone.tree, "/.git"), clone.tree, /*index=*/"", /*more_objects=*/"", clone.request.directory});
  return KeepSnapshot(repository, clone);
}

}  // namespace fleet::runner
