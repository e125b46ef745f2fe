// What a remote repository says of its refs, as far as one branch is concerned.
#ifndef FLEET_WORKERS_TASK_RUNNER_REMOTE_LISTING_H_
#define FLEET_WORKERS_TASK_RUNNER_REMOTE_LISTING_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/domain/failure_classifier.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/line_sink.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

inline constexpr char kHeads[] = "refs/heads/";

class RemoteListing {
 public:
  // Keeps HEAD, `branch`, `base_branch` unless it is empty, and what stands in the way of `branch`; all else, however
  // much it is, is passed over.
  RemoteListing(const std::string& branch, const std::string& base_branch);

  // A line of "git ls-remote --symref".
  void Take(absl::string_view line);

  // The branch that HEAD names, in full; empty: HEAD is detached, dangling or missing.
  const std::string& head() const { return head_; }
  // The id at `ref` ("HEAD" or a full name), or empty.
  std::string CommitAt(const std::string& ref) const;
  // A branch, without "refs/heads/", beside which git cannot keep `branch`: one that is a folder of its name, or has it
  // for a folder. Empty: none.
  const std::string& blocking_branch() const { return blocking_branch_; }
  // As "git init --object-format" takes it.
  std::string object_format() const;

  // What to ask ls-remote for. A pattern matches the ends of names too: the answer may be long all the same.
  std::vector<std::string> Patterns() const;

 private:
  const std::string children_;       // "refs/heads/<branch>/"
  std::set<std::string> wanted_;     // names in full
  std::set<std::string> ancestors_;  // folders of the branch's name, in full
  std::string head_;
  std::map<std::string, std::string> commits_;
  std::string blocking_branch_;
};

struct ListingRequest {
  domain::FailureStage stage = domain::FailureStage::kClone;
  std::string clone_url;
  std::string branch;
  std::string base_branch = {};
  // For git to run in.
  std::string directory;
  // The repository whose settings count, empty: whichever `directory` is in.
  std::string git_dir = {};
  OutputBounds bounds = {uint64_t{4} << 30, 256 << 10};
};

// Asks the remote. Returns a TaskFailure: kBadConfig past the bounds, else as GitFailure says.
absl::StatusOr<RemoteListing> ListRemote(const GitCommand& git, const ListingRequest& request,
                                         const WorkBounds& bounds);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_REMOTE_LISTING_H_
