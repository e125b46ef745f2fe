// Counts what becomes of the transactions of one set of connections, and what they did to fleets.
#ifndef FLEET_COMMON_OBSERVATION_STORE_OBSERVER_H_
#define FLEET_COMMON_OBSERVATION_STORE_OBSERVER_H_

#include <cstddef>
#include <string>

#include "common/database/pool_observer.h"
#include "common/metrics/change_metrics.h"
#include "common/metrics/database_metrics.h"
#include "common/store/fleet_moves.h"

namespace fleet::observation {

// Thread-safe. Both kinds of metrics must outlive it.
class StoreObserver final : public database::PoolObserver {
 public:
  // `set`: what the connections are called in metrics; `size`: how many there may be.
  StoreObserver(const std::string& set, std::size_t size, metrics::DatabaseMetrics& database,
                metrics::ChangeMetrics& changes)
      : set_(database.AddSet(set, size)), changes_(changes) {}

  void Acquired(absl::Duration waited) override { set_.waits.Observe(absl::ToDoubleSeconds(waited)); }
  void AcquireTimedOut() override { set_.timeouts.Increment(); }
  void ConnectionsAre(std::size_t in_use, std::size_t idle) override;
  void TransactionEnded(database::TransactionEnd end, absl::Duration took) override;
  void RunsAgain(const absl::Status& failure) override;
  void Committed(const database::CommitNote& note) override;

 private:
  void CountMoves(const store::FleetMoves& moves);

  const metrics::DatabaseMetrics::Set set_;
  metrics::ChangeMetrics& changes_;
};

}  // namespace fleet::observation

#endif  // FLEET_COMMON_OBSERVATION_STORE_OBSERVER_H_
