#include "workers/task_runner/git_publisher.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"
#include "workers/task_runner/trailer_block.h"
#include "workers/task_runner/tree_writer.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;

}  // namespace

std::string WithTaskTrailer(const std::string& message, const std::string& task_id) {
  const absl::string_view text = absl::StripAsciiWhitespace(message);
  return absl::StrCat(text, SplitTrailers(text).lines.empty() ? "\n\n" : "\n", "Fleet-Task: ", task_id, "\n");
}

absl::StatusOr<GitPublisher> GitPublisher::Make(const Subprocess& subprocess, const GitSettings& settings,
                                                const GitClone& clone, const WorkBounds& bounds) {
  // A name that no step could foresee: all of its processes are dead by now, what it left behind is not.
  std::string directory = absl::StrCat(clone.request.directory, "/publish-XXXXXX");
  if (mkdtemp(directory.data()) == nullptr) return SystemError(errno, "cannot make a directory");
  FLEET_ASSIGN_OR_RETURN(GitCommand git, GitCommand::Make(subprocess, settings, absl::StrCat(directory, "/settings")));
  GitPublisher publisher(std::move(git), clone, bounds, directory);
  const std::string git_dir = absl::StrCat(directory, "/git");
  FLEET_RETURN_IF_ERROR(
      publisher.git_.Run({FailureStage::kCommit, {"init", "-q", "--bare", "--", git_dir}, directory}, bounds).status());
  std::error_code ignored;  // the write below says what is wrong
  std::filesystem::create_directories(absl::StrCat(git_dir, "/objects/info"), ignored);
  FLEET_RETURN_IF_ERROR(
      WritePrivateFile(absl::StrCat(git_dir, "/objects/info/alternates"), absl::StrCat(clone.objects, "\n")));
  if (!clone.shallow.empty()) FLEET_RETURN_IF_ERROR(WritePrivateFile(absl::StrCat(git_dir, "/shallow"), clone.shallow));
  return publisher;
}

GitPublisher::GitPublisher(GitCommand git, const GitClone& clone, const WorkBounds& bounds, std::string directory)
    : git_(std::move(git)), clone_(&clone), bounds_(&bounds), directory_(std::move(directory)) {}

absl::StatusOr<std::string> GitPublisher::Git(FailureStage stage, std::vector<std::string> arguments,
                                              std::map<std::string, std::string> environment) const {
  environment["GIT_DIR"] = absl::StrCat(directory_, "/git");
  return git_.Run({stage, std::move(arguments), directory_, std::move(environment)}, *bounds_);
}

bool GitPublisher::SeenCommitHolds(const std::string& tree) const {
  if (clone_->seen_commit.empty()) return false;
  const auto commit = Git(FailureStage::kCommit, {"cat-file", "commit", clone_->seen_commit});
  if (!commit.ok()) return false;  // it moved between listing and fetching; the push will see
  const std::string expected = absl::StrCat("tree ", tree, "\nparent ", clone_->base_commit, "\nauthor ");
  return absl::StartsWith(*commit, expected);
}

absl::StatusOr<std::string> GitPublisher::Commit(const CommitSpec& spec) const {
  const TreeWriter writer(git_, absl::StrCat(directory_, "/git"), *clone_, *bounds_);
  FLEET_ASSIGN_OR_RETURN(const std::string tree, writer.Write());
  if (tree == clone_->base_tree) return std::string();
  if (SeenCommitHolds(tree)) return clone_->seen_commit;
  const std::string message = absl::StrCat(directory_, "/message");
  FLEET_RETURN_IF_ERROR(WritePrivateFile(message, spec.message));
  return Git(FailureStage::kCommit, {"commit-tree", "-p", clone_->base_commit, "-F", message, tree},
             {{"GIT_AUTHOR_NAME", spec.author_name},
              {"GIT_AUTHOR_EMAIL", spec.author_email},
              {"GIT_COMMITTER_NAME", spec.author_name},
              {"GIT_COMMITTER_EMAIL", spec.author_email}});
}

absl::Status GitPublisher::Push(const std::string& commit) const {
  if (commit == clone_->seen_commit) return absl::OkStatus();
  const std::string ref = absl::StrCat("refs/heads/", clone_->request.branch);
  return Git(FailureStage::kPush,
             {"push", "--porcelain", "--no-verify", absl::StrCat("--force-with-lease=", ref, ":", clone_->seen_commit),
              "--", clone_->request.clone_url, absl::StrCat(commit, ":", ref)})
      .status();
}

}  // namespace fleet::runner
