// Transactions as functions: begin, commit, roll back and retry happen here, not in business code.
#ifndef FLEET_COMMON_DATABASE_TRANSACTION_H_
#define FLEET_COMMON_DATABASE_TRANSACTION_H_

#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "common/database/connection_pool.h"
#include "common/database/rows.h"
#include "common/database/sql_error.h"
#include "common/database/values.h"

namespace fleet::database {

// A READ COMMITTED transaction: each statement sees what was committed before it began. That is why we lock in one
// statement and read in the next.
class Transaction {
 public:
  enum class Isolation { kReadCommitted, kSnapshot };  // kSnapshot: read-only, one snapshot for all statements

  // `observer`, if any, is told how it ends.
  Transaction(Connection& connection, Isolation isolation, PoolObserver* observer = nullptr);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Codes as in sql_error.h; kInternal if the name came with another text before on this connection. After an error the
  // transaction can only end.
  absl::StatusOr<Rows> Execute(const Statement& statement, std::initializer_list<Value> values = {});
  absl::StatusOr<Rows> Execute(const Statement& statement, const std::vector<Value>& values);
  // Makes Finish roll back: nothing was changed, and an empty commit would flush the log for nothing.
  void RollBackInstead() { roll_back_ = true; }
  // What the observer is to be told once this is committed, and never if it is not.
  void Note(std::unique_ptr<const CommitNote> note) {
    if (observer_ != nullptr) notes_.push_back(std::move(note));
  }
  absl::Status Finish();

 private:
  struct Work;
  absl::StatusOr<Rows> Run(const Statement& statement, absl::Span<const Value> values);
  absl::Status End();
  void TellEnd(TransactionEnd end);

  Connection& connection_;
  PoolObserver* const observer_;
  const absl::Duration began_;
  std::unique_ptr<Work> work_;
  std::vector<std::unique_ptr<const CommitNote>> notes_;
  bool roll_back_ = false;
  bool failed_ = false;
  bool finished_ = false;
};

namespace internal {
inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}
}  // namespace internal

inline constexpr int kTransactionAttempts = 5;

// Runs `body` (Transaction& → absl::Status or absl::StatusOr<T>) and commits, or rolls back if it returns an error.
// Runs it again, up to kTransactionAttempts in all, while the transaction certainly did not happen and may succeed yet
// (IsTransient); `body` must bear that. A commit in doubt is not run again.
template <typename Body>
auto InTransaction(ConnectionPool& pool, Body&& body,
                   Transaction::Isolation isolation = Transaction::Isolation::kReadCommitted)
    -> std::invoke_result_t<Body, Transaction&> {
  for (int attempt = 1;; ++attempt) {
    absl::Status failure;
    {
      absl::StatusOr<ConnectionPool::Lease> lease = pool.Acquire();
      if (!lease.ok()) return std::move(lease).status();
      {
        Transaction transaction(lease->connection(), isolation, pool.observer());
        auto result = body(transaction);
        failure = internal::StatusOf(result);
        if (failure.ok()) {
          failure = transaction.Finish();
          if (failure.ok()) return result;
        }
      }
      if (!lease->connection().IsOpen()) pool.DropIdle();
    }
    if (attempt >= kTransactionAttempts || !IsTransient(failure)) return failure;
    if (pool.observer() != nullptr) pool.observer()->RunsAgain(failure);
  }
}

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_TRANSACTION_H_
