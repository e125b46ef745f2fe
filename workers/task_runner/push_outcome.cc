#include "workers/task_runner/push_outcome.h"

#include "absl/strings/str_cat.h"
#include "workers/task_runner/remote_listing.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {

absl::Status ExplainPushFailure(const absl::Status& failure, const GitCommand& git, const CloneRequest& request,
                                const std::string& git_dir, const WorkBounds& bounds) {
  const v1::FailureReason reason = ToFailure(failure).reason();
  if (reason != v1::FAILURE_REASON_PUSH_RACED && reason != v1::FAILURE_REASON_BRANCH_NAME_BLOCKED) return failure;
  ListingRequest listing_request;
  listing_request.stage = domain::FailureStage::kPush;
  listing_request.clone_url = request.clone_url;
  listing_request.branch = request.branch;
  listing_request.directory = git_dir;
  listing_request.git_dir = git_dir;
  const absl::StatusOr<RemoteListing> listing = ListRemote(git, listing_request, bounds);
  if (!listing.ok() || listing->blocking_branch().empty()) return failure;
  return TaskFailure(domain::FailureReason::kBranchNameBlocked,
                     absl::StrCat("push failed: the repository has a branch \"", listing->blocking_branch(),
                                  "\", beside which there can be no \"", request.branch, "\""));
}

}  // namespace fleet::runner
