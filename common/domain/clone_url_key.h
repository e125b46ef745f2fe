// Which repository a clone URL means, as far as the URL says. Pure.
#ifndef FLEET_COMMON_DOMAIN_CLONE_URL_KEY_H_
#define FLEET_COMMON_DOMAIN_CLONE_URL_KEY_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

// The same for two URLs that mean one repository: host (in lower case), port unless it is the scheme's own, and path.
// Scheme, user, ".git" and slashes at the end do not count; "user@host:path" is ssh. A forge may answer under other
// names too (after a rename, say): that does not show here. `url` should be one that CloneUrlProblem accepts.
std::string CloneUrlKey(absl::string_view url);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_CLONE_URL_KEY_H_
