// Where people see what a branch changes, on forges whose pages are known. Pure.
#ifndef FLEET_COMMON_DOMAIN_COMPARE_URL_H_
#define FLEET_COMMON_DOMAIN_COMPARE_URL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

// The page that compares `branch` with `base` for a repository on github.com, gitlab.com, codeberg.org or gitea.com,
// whatever it is cloned over; empty for others. Without a base it is the default branch, which gitlab.com has no page
// for: empty. `clone_url` should be one that CloneUrlProblem accepts, `base` and `branch` such that IsBranchName does.
std::string CompareUrl(absl::string_view clone_url, absl::string_view base, absl::string_view branch);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_COMPARE_URL_H_
