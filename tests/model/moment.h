// Times in the model.
#ifndef FLEET_TESTS_MODEL_MOMENT_H_
#define FLEET_TESTS_MODEL_MOMENT_H_

#include <cstdint>

namespace fleet::testing {

// A time that the database's clock gives: the model knows within what bounds, then takes over what it reads.
struct Moment {
  enum class Kind { kNever, kUnread, kRead };
  Kind kind = Kind::kNever;
  int64_t micros = 0;  // kUnread: how long after the step; kRead: since 1970

  static Moment Now(int64_t after_micros = 0) { return {Kind::kUnread, after_micros}; }
  bool IsSet() const { return kind != Kind::kNever; }
};

// Retry times are moved to one of two ages long before and long after the test, so that what is due depends on the
// seed alone: see ModelWorld::PinRetries.
inline constexpr int64_t kPastMicros = 1'262'304'000'000'000;    // 2010
inline constexpr int64_t kFutureMicros = 4'102'444'800'000'000;  // 2100
inline bool IsDue(int64_t pinned_micros) { return pinned_micros < kFutureMicros; }

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MOMENT_H_
