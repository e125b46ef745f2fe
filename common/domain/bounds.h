// How many and how long: bounds that more than one room keeps to, each with its unit. A request beyond one of them is
// answered INVALID_ARGUMENT with the field, unless it says otherwise here. Pure.
#ifndef FLEET_COMMON_DOMAIN_BOUNDS_H_
#define FLEET_COMMON_DOMAIN_BOUNDS_H_

#include <cstddef>
#include <cstdint>

namespace fleet::domain {

// Targets of one request, and repositories of one import.
inline constexpr int32_t kMaxTargets = 100'000;
// Children of one fleet, whose targets may come in parts; targets_per_fleet cannot be set higher.
inline constexpr int32_t kMaxFleetTargets = 1'000'000;
// Parts are numbered from 1 to this. Each is a step of the expansion at least.
inline constexpr int32_t kMaxPart = 10'000;
// Entries of one page of a list. Who asks for more gets so many.
inline constexpr int32_t kMaxPageSize = 1000;
// Priorities go from minus this to this.
inline constexpr int32_t kHighestPriority = 1000;

// Characters of a task description, a parameter's value, the value of an environment variable, a commit message.
inline constexpr std::size_t kMaxText = 10'000;
// Characters of the name that a runner gives itself.
inline constexpr std::size_t kMaxRunnerName = 128;
// The same, of the version that it says it has, and of the machine that it says it runs on.
inline constexpr std::size_t kMaxVersionText = 64;
inline constexpr std::size_t kMaxHostName = 255;
// Bytes of a clone URL, and of a pull request's.
inline constexpr std::size_t kMaxUrl = 2000;

// Slots of a runner: leases that it is given in one answer, and leases that it says it holds, are no more than its
// slots.
inline constexpr int32_t kMaxSlots = 10'000;
// Bytes of what LeaseTasks tells, as long as it is more than one lease: gRPC's clients take 4 MiB unless told
// otherwise.
inline constexpr std::size_t kMaxLeaseBytes = std::size_t{3} << 20;
// Bytes of the entries of one page of a list, as long as it is more than one.
inline constexpr std::size_t kMaxPageBytes = std::size_t{3} << 20;
// Bytes of a fleet's description and parameters that WatchFleet tells; longer ones it leaves out.
inline constexpr int32_t kMaxWatchedIntent = 8 << 10;
// Bytes of the descriptions and parameters of generations that GetFleet tells, the newest first; it leaves out the
// others.
inline constexpr int32_t kMaxGenerationIntents = 1 << 20;

// Exceptions from limits, for all users and pools together: each dispatch reads them, and ListLimits tells them at
// once.
inline constexpr int32_t kMaxLimitExceptions = 5000;

// What a runner reports of an attempt. Bytes of the failure's message, and of the summary: runner and service keep the
// beginning of a longer one.
inline constexpr std::size_t kMaxReportText = 2000;
// Bytes of the log: runner and service keep its end.
inline constexpr std::size_t kMaxLogTail = std::size_t{64} << 10;
// US dollars of one attempt. A report beyond it is answered REPORT_STATUS_INVALID.
inline constexpr double kMaxCostUsd = 1'000'000;

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_BOUNDS_H_
