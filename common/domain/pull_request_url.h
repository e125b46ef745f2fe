// Whether a pull request that a step reports may be shown as one of the repository's.
#ifndef FLEET_COMMON_DOMAIN_PULL_REQUEST_URL_H_
#define FLEET_COMMON_DOMAIN_PULL_REQUEST_URL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

// Why not, for people ("is not https"), or empty if it may: it is https and on the host of `clone_url`, whatever the
// ports. For a forge that takes ssh on "ssh.<host>" or "altssh.<host>", <host> is the same. A repository without a
// host (a file URL) has no pull requests. The answer never repeats what the URL may hide.
std::string PullRequestUrlProblem(absl::string_view url, absl::string_view clone_url);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_PULL_REQUEST_URL_H_
