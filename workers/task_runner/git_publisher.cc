#include "workers/task_runner/git_publisher.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/git_repository.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/push_outcome.h"
#include "workers/task_runner/step_staging.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"
#include "workers/task_runner/tree_writer.h"

namespace fleet::runner {
namespace {

using domain::FailureReason;
using domain::FailureStage;

constexpr char kEmptyCommit[] =
    "Take an earlier change back\n\nThe steps change nothing any more, and the server does not let the branch be "
    "deleted.";

// One time for author and committer: that is how Fleet knows its commits again.
std::map<std::string, std::string> Signatures(const CommitSpec& spec) {
  const std::string date = absl::StrCat("@", absl::ToUnixSeconds(spec.time), " +0000");
  return {{"GIT_AUTHOR_NAME", spec.author_name},
          {"GIT_AUTHOR_EMAIL", spec.author_email},
          {"GIT_COMMITTER_NAME", spec.author_name},
          {"GIT_COMMITTER_EMAIL", spec.author_email},
          {"GIT_AUTHOR_DATE", date},
          {"GIT_COMMITTER_DATE", date}};
}

bool IsOver(const absl::Status& status) { return absl::IsCancelled(status) || absl::IsDeadlineExceeded(status); }

// Whether the server may take another push where it did not take a deletion.
bool RefusesDeletion(const absl::Status& status) {
  if (IsOver(status)) return false;
  switch (static_cast<FailureReason>(ToFailure(status).reason())) {
    case FailureReason::kPushRefused:
    case FailureReason::kPermissionDenied:
    case FailureReason::kGitFailed:
    case FailureReason::kUnknown:
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<GitPublisher> GitPublisher::Make(const Subprocess& subprocess, const GitSettings& settings,
                                                const GitClone& clone, const WorkBounds& bounds) {
  // A name that no step could foresee: all of its processes are dead by now, what it left behind is not.
  std::string directory = absl::StrCat(clone.request.directory, "/publish-XXXXXX");
  if (mkdtemp(directory.data()) == nullptr) return SystemError(errno, "cannot make a directory");
  FLEET_ASSIGN_OR_RETURN(GitCommand git, GitCommand::Make(subprocess, settings, absl::StrCat(directory, "/settings")));
  GitPublisher publisher(std::move(git), clone, bounds, directory);
  const std::string git_dir = absl::StrCat(directory, "/git");
  FLEET_RETURN_IF_ERROR(
      publisher.git_
          .Run({FailureStage::kCommit,
                {"init", "-q", "--bare", absl::StrCat("--object-format=", clone.object_format), "--", git_dir},
                directory},
               bounds)
          .status());
  std::error_code ignored;  // the write below says what is wrong
  std::filesystem::create_directories(absl::StrCat(git_dir, "/objects/info"), ignored);
  FLEET_ASSIGN_OR_RETURN(const std::string step_objects, FindStepObjects(clone));
  // The steps' own objects last: git takes what it has from the first place that has it.
  FLEET_RETURN_IF_ERROR(WritePrivateFile(absl::StrCat(git_dir, "/objects/info/alternates"),
                                         absl::StrCat(clone.objects, "\n", step_objects, "\n")));
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

absl::StatusOr<GitPublisher::Found> GitPublisher::Find(const CommitSpec& spec, const BranchClaim& claim) const {
  Found found;
  if (clone_->seen_commit.empty()) return found;
  found.is_ours = clone_->seen_commit == claim.pushed_commit;
  // As it was read before any step ran: the objects on disk are within the steps' reach.
  if (clone_->seen_text.empty()) return found;
  found.tip = ParseBranchTip(clone_->seen_commit, clone_->seen_text);
  if (!found.tip.has_value()) return found;
  // git leaves out parts of names; this is what it makes of them.
  FLEET_ASSIGN_OR_RETURN(const std::string signature,
                         Git(FailureStage::kCommit, {"var", "GIT_AUTHOR_IDENT"}, Signatures(spec)));
  const std::string identity = signature.substr(0, signature.rfind('>') + 1);
  const bool is_made_here = IsMadeFor(*found.tip, claim.task_id, identity);
  found.is_ours = found.is_ours || is_made_here;
  found.is_current = is_made_here && found.tip->message == absl::StripTrailingAsciiWhitespace(spec.message);
  return found;
}

absl::Status GitPublisher::NotOurs(const Found& found, const BranchClaim& claim, bool changed) const {
  BranchTip tip = found.tip.value_or(BranchTip());
  tip.id = clone_->seen_commit;
  return TaskFailure(
      FailureReason::kBranchNotOurs,
      absl::StrCat(changed ? "not pushed: " : "the steps changed nothing, but ", "branch ", clone_->request.branch,
                   " holds what is not this task's: ", DescribeForeignTip(tip, claim.task_id)));
}

bool GitPublisher::Holds(const Found& found, const std::string& tree) const {
  return found.tip.has_value() && found.tip->tree == tree &&
         found.tip->parents == std::vector<std::string>{clone_->base_commit};
}

absl::StatusOr<Publication> GitPublisher::Prepare(const CommitSpec& spec, const BranchClaim& claim) const {
  TreeWriter writer(git_, absl::StrCat(directory_, "/git"), directory_, *clone_, *bounds_);
  FLEET_ASSIGN_OR_RETURN(WrittenTree written, writer.Write());
  const std::string& tree = written.id;
  FLEET_ASSIGN_OR_RETURN(const Found found, Find(spec, claim));
  Publication publication;
  publication.changed = tree != clone_->base_tree;
  publication.lfs_objects = std::move(written.lfs_objects);
  if (!publication.changed && claim.spoken_for) {
    if (found.is_ours) publication.commit = clone_->seen_commit;
    return publication;
  }
  // A branch that stands at the base itself holds nothing that anybody could take for the steps' work.
  const bool is_bare =
      clone_->seen_commit.empty() || (!publication.changed && clone_->seen_commit == clone_->base_commit);
  if (!is_bare && !found.is_ours && !claim.replace) return NotOurs(found, claim, publication.changed);
  if (publication.changed) {
    const bool holds = found.is_current && Holds(found, tree);
    publication.action = holds ? Publication::Action::kNone : Publication::Action::kPush;
    publication.commit = clone_->seen_commit;
    if (!holds) {
      FLEET_ASSIGN_OR_RETURN(publication.commit, CommitTree(tree, spec));
    }
  } else if (found.is_ours && Holds(found, tree)) {
    publication.commit = clone_->seen_commit;  // a commit without changes, of an attempt that could not remove it
  } else if (!is_bare) {
    publication.action = Publication::Action::kRemove;
  }
  return publication;
}

absl::StatusOr<std::string> GitPublisher::HeldCommit(const CommitSpec& spec, const BranchClaim& claim) const {
  const absl::StatusOr<Found> found = Find(spec, claim);
  if (!found.ok() && IsOver(found.status())) return found.status();
  return found.ok() && found->is_ours ? clone_->seen_commit : std::string();
}

absl::StatusOr<std::string> GitPublisher::CommitTree(const std::string& tree, const CommitSpec& spec) const {
  const std::string message = absl::StrCat(directory_, "/message");
  FLEET_RETURN_IF_ERROR(WritePrivateFile(message, spec.message));
  // The operator's settings may name another encoding, which would be written into the commit.
  return Git(FailureStage::kCommit,
             {"-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-p", clone_->base_commit, "-F", message, tree},
             Signatures(spec));
}

absl::Status GitPublisher::Push(const std::string& source) const {
  const std::string ref = absl::StrCat("refs/heads/", clone_->request.branch);
  const absl::Status pushed =
      Git(FailureStage::kPush,
          {"push", "--porcelain", "--no-verify", absl::StrCat("--force-with-lease=", ref, ":", clone_->seen_commit),
           "--", clone_->request.clone_url, absl::StrCat(source, ":", ref)})
          .status();
  return pushed.ok() ? pushed
                     : ExplainPushFailure(pushed, git_, clone_->request, absl::StrCat(directory_, "/git"), *bounds_);
}

absl::Status GitPublisher::Upload(const LfsObjects& lfs_objects) const {
  const GitRepository repository(git_, *bounds_, FailureStage::kPush,
                                 {absl::StrCat(directory_, "/git"), "", "", "", directory_});
  return UploadLfsObjects(repository, clone_->request.clone_url, clone_->lfs_config, lfs_objects);
}

absl::StatusOr<std::string> GitPublisher::Remove(const CommitSpec& spec, const BranchClaim& claim) const {
  const absl::Status removed = Push("");
  if (removed.ok()) return std::string();
  if (!RefusesDeletion(removed)) return removed;
  CommitSpec empty = spec;
  empty.message = WithTaskTrailer(kEmptyCommit, claim.task_id);
  FLEET_ASSIGN_OR_RETURN(std::string commit, CommitTree(clone_->base_tree, empty));
  const absl::Status replaced = Push(commit);
  if (replaced.ok()) return commit;
  return Annotate(replaced, absl::StrCat("the steps changed nothing, but the branch keeps commit ", clone_->seen_commit,
                                         " of an earlier attempt: "));
}

absl::StatusOr<std::string> GitPublisher::Publish(const Publication& publication, const CommitSpec& spec,
                                                  const BranchClaim& claim) const {
  switch (publication.action) {
    case Publication::Action::kPush:
      // Before the branch: nobody shall find a pointer to nothing.
      FLEET_RETURN_IF_ERROR(Upload(publication.lfs_objects));
      FLEET_RETURN_IF_ERROR(Push(publication.commit));
      break;
    case Publication::Action::kRemove:
      return Remove(spec, claim);
    default:
      break;
  }
  return publication.commit;
}

}  // namespace fleet::runner
