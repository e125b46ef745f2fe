// A bounded set of connections, opened when first needed. Thread-safe.
#ifndef FLEET_COMMON_DATABASE_CONNECTION_POOL_H_
#define FLEET_COMMON_DATABASE_CONNECTION_POOL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection.h"
#include "common/lifecycle/mutex.h"

namespace fleet::database {

class ConnectionPool {
 public:
  // `wait`: how long Acquire waits for a connection to become free.
  ConnectionPool(std::string url, std::size_t size, absl::Duration wait = absl::Seconds(10));

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

 private:
  void Return(std::unique_ptr<Connection> connection);

  const std::string url_;
  const std::size_t size_;
  const absl::Duration wait_;
  Mutex mutex_;
  CondVar freed_;
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
  std::size_t in_use_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_CONNECTION_POOL_H_
