// A bounded set of connections, opened when first needed. Thread-safe.
#ifndef FLEET_COMMON_DATABASE_CONNECTION_POOL_H_
#define FLEET_COMMON_DATABASE_CONNECTION_POOL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection.h"
#include "common/database/pool_observer.h"
#include "common/lifecycle/mutex.h"

namespace fleet::database {

class ConnectionPool {
 public:
  // `wait`: how long Acquire waits for a connection to become free. `observer`, if any, must outlive it.
  ConnectionPool(std::string url, std::size_t size, absl::Duration wait = absl::Seconds(10),
                 PoolObserver* observer = nullptr);

  // A connection that returns to the pool with its holder.
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection);
    ~Lease();
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Connection& connection() { return *connection_; }

   private:
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Returns kUnavailable if the database cannot be reached, or no connection became free in time.
  absl::StatusOr<Lease> Acquire();
  // Closes the idle connections: after one was lost, the others most likely are too.
  void DropIdle();
  // nullptr: nobody.
  PoolObserver* observer() const { return observer_; }

 private:
  void Return(std::unique_ptr<Connection> connection);
  void TellConnections() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits for a place; then an idle connection, or nullptr if one must be opened.
  absl::StatusOr<std::unique_ptr<Connection>> TakePlace();

  const std::string url_;
  const std::size_t size_;
  const absl::Duration wait_;
  PoolObserver* const observer_;
  Mutex mutex_;
  CondVar freed_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  std::size_t in_use_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_CONNECTION_POOL_H_
