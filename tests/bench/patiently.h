// As any client of Fleet does: a call that the server could not take now is made again. All of the bench's calls may be
// repeated.
#ifndef FLEET_TESTS_BENCH_PATIENTLY_H_
#define FLEET_TESTS_BENCH_PATIENTLY_H_

#include "absl/status/status.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fleet::bench {

inline bool IsWorthAnotherTry(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) || absl::IsCancelled(status);
}

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename Result>
const absl::Status& StatusOf(const Result& result) {
  return result.status();
}

// What `call` returns, at the latest after 30 s of trying.
template <typename Call>
auto Patiently(Call call) {
  const absl::Time until = absl::Now() + absl::Seconds(30);
  while (true) {
    auto result = call();
    if (!IsWorthAnotherTry(StatusOf(result)) || absl::Now() > until) return result;
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_PATIENTLY_H_
