#include "common/database/connection_pool.h"

#include <utility>

namespace fleet::database {

ConnectionPool::ConnectionPool(std::string url, std::size_t size, absl::Duration wait)
    : url_(std::move(url)), size_(size), wait_(wait) {}

ConnectionPool::Lease::Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool), connection_(std::move(connection)) {}

ConnectionPool::Lease::~Lease() {
  if (connection_ != nullptr) pool_->Return(std::move(connection_));
}

absl::StatusOr<ConnectionPool::Lease> ConnectionPool::Acquire() {
  {
    MutexLock lock(mutex_);
    while (in_use_ >= size_) {
      if (!freed_.WaitFor(mutex_, wait_) && in_use_ >= size_) {
        return absl::UnavailableError("database: every connection is busy; try again");
      }
    }
    ++in_use_;
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return Lease(*this, std::move(connection));
    }
  }
  absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(url_);
  if (!opened.ok()) {
    Return(nullptr);
    return std::move(opened).status();
  }
  return Lease(*this, *std::move(opened));
}

void ConnectionPool::Return(std::unique_ptr<Connection> connection) {
  MutexLock lock(mutex_);
  --in_use_;
  if (connection != nullptr && connection->IsOpen()) idle_.push_back(std::move(connection));
  freed_.Signal();
}

void ConnectionPool::DropIdle() {
  std::vector<std::unique_ptr<Connection>> dropped;
  MutexLock lock(mutex_);
  dropped.swap(idle_);
}

}  // namespace fleet::database
