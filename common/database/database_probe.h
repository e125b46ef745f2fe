// Whether the database answers: asked in the background, so that whoever wants to know never waits for it.
#ifndef FLEET_COMMON_DATABASE_DATABASE_PROBE_H_
#define FLEET_COMMON_DATABASE_DATABASE_PROBE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/database/connection_pool.h"
#include "common/lifecycle/mutex.h"

namespace fleet::database {

// Thread-safe. `pool` and `clock` must outlive it.
class DatabaseProbe {
 public:
  // An answer older than `freshness` counts no more: a ping that hangs shows as one that fails. Several times the
  // interval at which RunOnce is called.
  DatabaseProbe(ConnectionPool& pool, const Clock& clock, absl::Duration freshness)
      : pool_(pool), clock_(clock), freshness_(freshness) {}

  // Pings once and remembers the outcome; under a PeriodicLoop. Waits as long as the pool and the database do.
  void RunOnce();
  // The last ping's outcome. Returns kUnavailable before the first one ends, and if the last is not fresh. Never waits
  // for the database.
  absl::Status Check() const;

 private:
  ConnectionPool& pool_;
  const Clock& clock_;
  const absl::Duration freshness_;
  mutable Mutex mutex_;
  absl::Status last_ ABSL_GUARDED_BY(mutex_) = absl::UnavailableError("the database has not answered yet");
  absl::Duration ended_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();  // of the clock; infinite: none did
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_DATABASE_PROBE_H_
