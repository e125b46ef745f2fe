#include "common/store/fleet_moves.h"

#include <algorithm>

namespace fleet::store {
namespace {

template <typename Enumerator>
std::size_t At(Enumerator value) {
  return static_cast<std::size_t>(value);
}

bool IsFailure(const domain::Task& before, const domain::Task& after) {
  return after.losses > before.losses || after.faults > before.faults || after.tries > before.tries ||
         after.state == domain::TaskState::kFailed || after.state == domain::TaskState::kTimedOut;
}

}  // namespace

void FleetMoves::Count(const domain::Task& before, const domain::Task& after) {
  cost_micros += after.cost_micros.value_or(0) - before.cost_micros.value_or(0);
  const bool attempt_ended = domain::IsActive(before.state) && !domain::IsActive(after.state);
  if (!domain::IsTerminal(before.state) && domain::IsTerminal(after.state)) {
    ++ended[At(after.state)];
    if (after.state == domain::TaskState::kCompleted) ++outcomes[At(after.outcome)];
    if (attempt_ended && after.duration_ms.has_value())
      runs.emplace_back(after.state, absl::Milliseconds(*after.duration_ms));
  }
  if (!attempt_ended || !IsFailure(before, after)) return;
  // A child whose runner was lost keeps the category of what it failed by itself.
  const bool lost = after.losses > before.losses;
  const domain::FailureCategory category = lost ? domain::FailureCategory::kCompute : after.category;
  ++failures[At(category)];
  if (after.state == domain::TaskState::kQueued) ++retries[At(category)];
  if (lost) ++losses;
  if (after.faults > before.faults) ++faults;
}

void FleetMoves::CountLease(const domain::Fleet& fleet, const domain::Task& before, absl::Time now) {
  const absl::Time ready = std::max(fleet.queue_since, before.retry_at.value_or(absl::InfinitePast()));
  waits.push_back(std::max(now - ready, absl::ZeroDuration()));
}

void FleetMoves::CountEnd(const domain::Fleet& fleet, absl::Time now) {
  const auto total = static_cast<double>(std::max(fleet.rollup.total, 1));
  fleets.push_back({fleet.state, fleet.rollup.State(domain::TaskState::kCompleted) / total,
                    std::max(now - fleet.created_at, absl::ZeroDuration())});
}

}  // namespace fleet::store
