// Whether a pull request that a step reports may be shown as one of the repository's.
#ifndef FLEET_COMMON_DOMAIN_PULL_REQUEST_URL_H_
#define FLEET_COMMON_DOMAIN_PULL_REQUEST_URL_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/domain/task.h"

namespace fleet::domain {

// Why not, for people ("is not https"), or empty if it may: it is https, of printable ASCII and at most 2,000 bytes,
// names no user, and is on the host of `clone_url`, whatever the ports. For a forge that takes ssh on "ssh.<host>" or
// "altssh.<host>", <host> is the same. A repository without a host (a file URL) has no pull requests. The answer never
// repeats what the URL may hide.
std::string PullRequestUrlProblem(absl::string_view url, absl::string_view clone_url);

// A completed child's report without its pull request, which has this `problem`: a result is not lost for it. Its
// outcome claims none any more, and its log ends with why.
TaskReport WithoutPullRequest(TaskReport report, absl::string_view problem);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_PULL_REQUEST_URL_H_
