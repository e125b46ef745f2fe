// A repository as a task finds it: fetched, with a working tree for the steps.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_CLONE_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_CLONE_H_

#include <string>

#include "absl/status/statusor.h"
#include "workers/task_runner/attribute_rules.h"
#include "workers/task_runner/checkout_snapshot.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

struct CloneRequest {
  std::string clone_url;
  // The branch to start from; empty: the remote's own default.
  std::string default_branch;
  // The branch that will be pushed; it need not exist.
  std::string branch;
  // Private to the task and empty of these names: "store", "tree".
  std::string directory;
};

// Everything that publishing needs to know is kept here, in memory, where no step can change it.
struct GitClone {
  CloneRequest request;
  // The working tree the steps see. Its .git is for them to use, and is never trusted again.
  std::string tree;
  // Objects fetched: data that git checks, never code.
  std::string objects;
  // The index file as checked out.
  std::string index;
  // How the files stood then, and what their attributes may ask of git.
  CheckoutSnapshot snapshot;
  AttributeMentions attributes;
  // The text of the base's .lfsconfig; empty if it has none.
  std::string lfs_config;
  // The content of git's "shallow" file.
  std::string shallow;
  // The remote's, as "git init --object-format" takes it.
  std::string object_format;
  // What the work starts from.
  std::string base_commit;
  std::string base_tree;
  // Where the remote's `request.branch` stood when the attempt began; empty: there was none. The push is refused if
  // it stands elsewhere by then.
  std::string seen_commit;
  // That commit as git prints it; empty if there was none, or if it is larger than is read.
  std::string seen_text;

  // Fetches the one commit that is needed, and `branch` if it exists. Returns a TaskFailure: kBadConfig for a URL
  // that is not allowed, kBranchNotFound for an empty repository or a missing branch, kBranchIsBase if `branch` is the
  // one to start from; else as GitFailure says.
  static absl::StatusOr<GitClone> Make(const GitCommand& git, const CloneRequest& request, const WorkBounds& bounds);
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_CLONE_H_
