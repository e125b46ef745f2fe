// Waiting for what another thread or process does, in place of sleeping and hoping.
#ifndef FLEET_TESTS_SUPPORT_WAIT_UNTIL_H_
#define FLEET_TESTS_SUPPORT_WAIT_UNTIL_H_

#include <functional>

#include "absl/time/time.h"

namespace fleet::testing {

// Asks `condition` at once and then every few milliseconds. Returns true as soon as it holds, false if it does not
// within `limit`; the limit is only ever waited for in full by a test that fails.
[[nodiscard]] bool WaitUntil(const std::function<bool()>& condition, absl::Duration limit = absl::Seconds(20));

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_WAIT_UNTIL_H_
