#include "common/database/connection_pool.h"

#include <utility>

#include "common/clock/clock.h"
#include "common/status/status_macros.h"

namespace fleet::database {

ConnectionPool::ConnectionPool(std::string url, std::size_t size, absl::Duration wait, PoolObserver* observer)
    : url_(std::move(url)), size_(size), wait_(wait), observer_(observer) {}

ConnectionPool::Lease::Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool), connection_(std::move(connection)) {}

ConnectionPool::Lease::~Lease() {
  if (connection_ != nullptr) pool_->Return(std::move(connection_));
}

absl::StatusOr<ConnectionPool::Lease> ConnectionPool::Acquire() {
  const absl::Duration began = observer_ == nullptr ? absl::ZeroDuration() : Clock::System().Elapsed();
  FLEET_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, TakePlace());
  if (observer_ != nullptr) observer_->Acquired(Clock::System().Elapsed() - began);
  if (connection != nullptr) return Lease(*this, std::move(connection));
  absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(url_);
  if (!opened.ok()) {
    Return(nullptr);
    return std::move(opened).status();
  }
  return Lease(*this, *std::move(opened));
}

absl::StatusOr<std::unique_ptr<Connection>> ConnectionPool::TakePlace() {
  MutexLock lock(mutex_);
  while (in_use_ >= size_) {
    if (!freed_.WaitFor(mutex_, wait_) && in_use_ >= size_) {
      if (observer_ != nullptr) observer_->AcquireTimedOut();
      return absl::UnavailableError("database: every connection is busy; try again");
    }
  }
  ++in_use_;
  std::unique_ptr<Connection> connection;
  if (!idle_.empty()) {
    connection = std::move(idle_.back());
    idle_.pop_back();
  }
  TellConnections();
  return connection;
}

void ConnectionPool::TellConnections() {
  if (observer_ != nullptr) observer_->ConnectionsAre(in_use_, idle_.size());
}

void ConnectionPool::Return(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  --in_use_;
  if (connection != nullptr && connection->IsOpen()) idle_.push_back(std::move(connection));
  TellConnections();
  freed_.Signal();
}

void ConnectionPool::DropIdle() {
  std::vector<std::unique_ptr<Connection>> dropped;
  MutexLock lock(mutex_);
  dropped.swap(idle_);
  TellConnections();
}

}  // namespace fleet::database
