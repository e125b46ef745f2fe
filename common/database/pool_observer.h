// Who is told what becomes of a pool's connections and transactions: metrics.
#ifndef FLEET_COMMON_DATABASE_POOL_OBSERVER_H_
#define FLEET_COMMON_DATABASE_POOL_OBSERVER_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace fleet::database {

// What a transaction wants to be known once it is committed (Transaction::Note). Of what type is between those who
// write and those who observe.
struct CommitNote {
  virtual ~CommitNote() = default;
};

enum class TransactionEnd {
  kCommitted,
  kRolledBack,  // by its body: it had nothing to write, or refused
  kFailed,      // in the database, or on the way there
};

// Called from every thread that uses the pool; must not block, nor use the pool.
class PoolObserver {
 public:
  virtual ~PoolObserver() = default;

  // Somebody got a connection after so long.
  virtual void Acquired(absl::Duration waited) = 0;
  // Somebody got none in time.
  virtual void AcquireTimedOut() = 0;
  // So many connections are in use, and so many open besides. The last call tells.
  virtual void ConnectionsAre(std::size_t in_use, std::size_t idle) = 0;
  virtual void TransactionEnded(TransactionEnd end, absl::Duration took) = 0;
  // A transaction is run again because of `failure`.
  virtual void RunsAgain(const absl::Status& failure) = 0;
  // A note of a transaction whose commit was answered. One whose answer was lost is never told of.
  virtual void Committed(const CommitNote& note) = 0;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_POOL_OBSERVER_H_
