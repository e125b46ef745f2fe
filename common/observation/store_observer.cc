#include "common/observation/store_observer.h"

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "common/observation/domain_labels.h"

namespace fleet::observation {
namespace {

constexpr double kMicrosPerUsd = 1e6;

// Calls `count` with the label of each of `numbers` that is not 0. Number `first` is the first enumerator.
template <typename Enumerator, std::size_t size, typename Count>
void ForEach(const std::array<int64_t, size>& numbers, std::size_t first, Count count) {
  for (std::size_t i = first; i < size; ++i) {
    if (numbers[i] != 0) count(LabelOf(static_cast<Enumerator>(i)), static_cast<double>(numbers[i]));
  }
}

}  // namespace

void StoreObserver::ConnectionsAre(std::size_t in_use, std::size_t idle) {
  set_.used.Set(static_cast<double>(in_use));
  set_.idle.Set(static_cast<double>(idle));
}

void StoreObserver::TransactionEnded(database::TransactionEnd end, absl::Duration took) {
  switch (end) {
    case database::TransactionEnd::kCommitted:
      set_.committed.Increment();
      break;
    case database::TransactionEnd::kRolledBack:
      set_.rolled_back.Increment();
      break;
    case database::TransactionEnd::kFailed:
      set_.failed.Increment();
      break;
  }
  set_.durations.Observe(absl::ToDoubleSeconds(took));
}

void StoreObserver::RunsAgain(const absl::Status& failure) {
  (absl::IsAborted(failure) ? set_.after_serialization : set_.after_connection).Increment();
}

void StoreObserver::Committed(const database::CommitNote& note) {
  if (const auto* moves = dynamic_cast<const store::FleetMoves*>(&note); moves != nullptr) CountMoves(*moves);
}

void StoreObserver::CountMoves(const store::FleetMoves& moves) {
  using domain::FailureCategory;
  const auto add = [this](auto method) {
    return [this, method](const std::string& label, double count) { (changes_.*method)(label, count); };
  };
  ForEach<domain::TaskState>(moves.ended, 1, add(&metrics::ChangeMetrics::CountTasks));
  ForEach<domain::Outcome>(moves.outcomes, 0, add(&metrics::ChangeMetrics::CountOutcomes));
  // Number 0 is a failure of no category: of a child that was cancelled meanwhile.
  ForEach<FailureCategory>(moves.failures, 1, add(&metrics::ChangeMetrics::CountFailures));
  ForEach<FailureCategory>(moves.retries, 1, add(&metrics::ChangeMetrics::CountRetries));
  ForEach<store::LeaseExpiry>(moves.expired, 0, add(&metrics::ChangeMetrics::CountExpired));
  if (moves.losses > 0) changes_.CountLosses(static_cast<double>(moves.losses));
  if (moves.faults > 0) changes_.CountFaults(static_cast<double>(moves.faults));
  if (moves.cost_micros > 0) changes_.AddCost(static_cast<double>(moves.cost_micros) / kMicrosPerUsd);
  for (const store::FleetMoves::EndedFleet& fleet : moves.fleets) {
    changes_.CountFleet(LabelOf(fleet.state), fleet.completion_ratio, fleet.took);
  }
  if (!moves.waits.empty()) {
    std::vector<double> waits;
    waits.reserve(moves.waits.size());
    for (const absl::Duration wait : moves.waits) waits.push_back(absl::ToDoubleSeconds(wait));
    changes_.CountLeases(waits);
  }
  std::map<domain::TaskState, std::vector<double>> runs;
  for (const auto& [state, took] : moves.runs) runs[state].push_back(absl::ToDoubleSeconds(took));
  for (const auto& [state, seconds] : runs) changes_.ObserveRuns(LabelOf(state), seconds);
}

}  // namespace fleet::observation
