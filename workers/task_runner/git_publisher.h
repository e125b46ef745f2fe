// Commits and pushes what the steps changed, with a git directory made after they ended: hooks, filters, aliases and
// other settings that a step may have planted, in its clone or beside it, are not looked at.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_PUBLISHER_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_PUBLISHER_H_

#include <string>

#include "absl/status/statusor.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

struct CommitSpec {
  std::string author_name;
  std::string author_email;
  std::string message;
};

class GitPublisher {
 public:
  // Everything is made in a fresh directory inside `clone.request.directory`. The arguments must outlive it.
  static absl::StatusOr<GitPublisher> Make(const Subprocess& subprocess, const GitSettings& settings,
                                           const GitClone& clone, const WorkBounds& bounds);

  // One commit on top of the base with the steps' change (see tree_writer.h). Empty if there is none. If the remote
  // branch already holds just this change, the answer is its commit, and pushing it again changes nothing. Returns a
  // TaskFailure.
  absl::StatusOr<std::string> Commit(const CommitSpec& spec);

  // Makes the remote branch point at `commit`, unless it moved since the attempt began: then the failure is kPushRaced.
  absl::Status Push(const std::string& commit) const;

 private:
  GitPublisher(GitCommand git, const GitClone& clone, const WorkBounds& bounds, std::string directory);

  absl::StatusOr<std::string> Git(domain::FailureStage stage, std::vector<std::string> arguments,
                                  std::map<std::string, std::string> environment = {}) const;
  bool SeenCommitHolds(const std::string& tree) const;

  GitCommand git_;
  const GitClone* clone_;
  const WorkBounds* bounds_;
  std::string directory_;
  // Of the commit.
  std::vector<std::string> lfs_objects_;
};

// `message` with the trailer "Fleet-Task: <task id>", joined to trailers that it ends with.
std::string WithTaskTrailer(const std::string& message, const std::string& task_id);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_PUBLISHER_H_
