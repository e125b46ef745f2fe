// How much is run of tests that repeat themselves at length.
#ifndef FLEET_TESTS_SUPPORT_TEST_SHARE_H_
#define FLEET_TESTS_SUPPORT_TEST_SHARE_H_

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace fleet::testing {

// Of `whole` repetitions, FLEET_TEST_SHARE per cent, at least one; all of them if it is not set.
inline int64_t TestShare(int64_t whole) {
  const char* share = std::getenv("FLEET_TEST_SHARE");
  return share == nullptr ? whole : std::max<int64_t>(1, whole * std::atoll(share) / 100);
}

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_TEST_SHARE_H_
