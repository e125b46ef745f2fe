// The commit that a task's branch points at, and whose it is. Pure.
#ifndef FLEET_WORKERS_TASK_RUNNER_BRANCH_TIP_H_
#define FLEET_WORKERS_TASK_RUNNER_BRANCH_TIP_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::runner {

struct BranchTip {
  // Who, as git writes it: "Name <email>"; and when: "<seconds> <zone>".
  struct Signature {
    std::string identity;
    std::string time;
    friend bool operator==(const Signature&, const Signature&) = default;
  };
  std::string id;
  std::string tree;
  std::vector<std::string> parents;
  Signature author;
  Signature committer;
  std::string message;  // without line breaks at its end
};

// From what "git cat-file commit" says; nullopt if it is cut or broken.
std::optional<BranchTip> ParseBranchTip(absl::string_view id, absl::string_view commit);

// `message` with the trailer "Fleet-Task: <task id>", joined to trailers that it ends with. The trailer is Fleet's
// alone: where the message's own trailers hold one, it is left out.
std::string WithTaskTrailer(absl::string_view message, absl::string_view task_id);

// The task that the message's trailers name; empty if they name none, or several.
std::string TaskOfTrailer(absl::string_view message);

// Whether Fleet made `tip` for the task, and nobody has touched it since: its trailer names the task, `identity` is
// both author and committer, at one time, and it stands on one commit. What people do leaves another committer, time
// or number of parents: a commit on top, an amended, rebased, picked, squashed or merged one.
bool IsMadeFor(const BranchTip& tip, absl::string_view task_id, absl::string_view identity);

// What is there, for people: id, author, subject, and the other task it belongs to.
std::string DescribeForeignTip(const BranchTip& tip, absl::string_view task_id);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_BRANCH_TIP_H_
