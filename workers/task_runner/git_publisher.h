// Commits and pushes what the steps changed, with a git directory made after they ended: hooks, filters, aliases and
// other settings that a step may have planted, in its clone or beside it, are not looked at.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_PUBLISHER_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_PUBLISHER_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "workers/task_runner/branch_tip.h"
#include "workers/task_runner/carried_filters.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

struct CommitSpec {
  std::string author_name;
  std::string author_email;
  std::string message;  // ends with the task's trailer
  absl::Time time = {};
};

// Whose the branch is, besides what its commit says itself.
struct BranchClaim {
  std::string task_id;
  // What the service knows to be the task's; empty: nothing.
  std::string pushed_commit = {};
  // Whether the branch is replaced whatever it holds.
  bool replace = false;
  // Whether a step says that it took care of the branch itself: then it is left alone if there is no change.
  bool spoken_for = false;
};

// What is to become of the remote branch.
struct Publication {
  enum class Action { kNone, kPush, kRemove };
  // Whether the steps changed something.
  bool changed = false;
  Action action = Action::kNone;
  // The task's commit on the branch, after the action; empty: there is none.
  std::string commit;
  // LFS objects to upload before the push.
  LfsObjects lfs_objects;
};

class GitPublisher {
 public:
  // Everything is made in a fresh directory inside `clone.request.directory`. The references must outlive it.
  static absl::StatusOr<GitPublisher> Make(const Subprocess& subprocess, const GitSettings& settings,
                                           const GitClone& clone, const WorkBounds& bounds);

  // One commit on top of the base with the steps' change (see tree_writer.h). If the remote branch already holds just
  // this commit, nothing is left to do; if there is no change, what an earlier attempt left there is to be removed.
  // Returns a TaskFailure: kBranchNotOurs if the branch held something else when the attempt began.
  absl::StatusOr<Publication> Prepare(const CommitSpec& spec, const BranchClaim& claim) const;

  // The task's commit that the remote branch held when the attempt began; empty if it held none.
  absl::StatusOr<std::string> HeldCommit(const CommitSpec& spec, const BranchClaim& claim) const;

  // Does it, unless the branch moved since the attempt began: then the failure is kPushRaced. A branch that the server
  // does not let go of gets a commit without changes instead. Returns the task's commit that the branch then holds.
  absl::StatusOr<std::string> Publish(const Publication& publication, const CommitSpec& spec,
                                      const BranchClaim& claim) const;

 private:
  // The remote branch as the attempt found it.
  struct Found {
    std::optional<BranchTip> tip;  // absent: no branch, or its commit cannot be read
    bool is_ours = false;
    bool is_current = false;  // ours, and made by this very CommitSpec but for the time
  };

  GitPublisher(GitCommand git, const GitClone& clone, const WorkBounds& bounds, std::string directory);

  absl::StatusOr<std::string> Git(domain::FailureStage stage, std::vector<std::string> arguments,
                                  std::map<std::string, std::string> environment = {}) const;
  absl::StatusOr<Found> Find(const CommitSpec& spec, const BranchClaim& claim) const;
  absl::Status NotOurs(const Found& found, const BranchClaim& claim, bool changed) const;
  bool Holds(const Found& found, const std::string& tree) const;
  absl::StatusOr<std::string> CommitTree(const std::string& tree, const CommitSpec& spec) const;
  absl::Status Push(const std::string& source) const;
  absl::Status Upload(const LfsObjects& lfs_objects) const;
  absl::StatusOr<std::string> Remove(const CommitSpec& spec, const BranchClaim& claim) const;

  GitCommand git_;
  const GitClone* clone_;
  const WorkBounds* bounds_;
  std::string directory_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_PUBLISHER_H_
