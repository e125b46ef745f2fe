#include "common/database/transaction.h"

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/database/connection_driver.h"
#include "common/status/status_macros.h"

namespace fleet::database {

using ReadCommitted = pqxx::transaction<pqxx::read_committed>;
#if PQXX_VERSION_MAJOR < 7
using Snapshot = pqxx::transaction<pqxx::repeatable_read, pqxx::readwrite_policy::read_only>;
#else
using Snapshot = pqxx::transaction<pqxx::repeatable_read, pqxx::write_policy::read_only>;
#endif

namespace {

// Prepares what the connection does not have yet. A name with two texts would run the first one for both.
absl::Status Prepare(Connection::Driver& driver, const Statement& statement) {
  const auto [entry, fresh] = driver.prepared.try_emplace(statement.name, Connection::Driver::Prepared{});
  Connection::Driver::Prepared& prepared = entry->second;
  if (fresh) {
    prepared = {statement.sql, statement.sql};
    driver.connection.prepare(statement.name, statement.sql);
  } else if (prepared.source != statement.sql && prepared.text != statement.sql) {
    return absl::InternalError(absl::StrCat("two statements are named ", statement.name));
  }
  return absl::OkStatus();
}

}  // namespace

// libpqxx begins at the first statement, so making one costs nothing yet.
struct Transaction::Work {
  std::optional<ReadCommitted> read_committed;
  std::optional<Snapshot> snapshot;

  pqxx::dbtransaction& get() {
    if (snapshot.has_value()) return *snapshot;
    return *read_committed;
  }
};

Transaction::Transaction(Connection& connection, Isolation isolation, PoolObserver* observer)
    : connection_(connection),
      observer_(observer),
      began_(observer == nullptr ? absl::ZeroDuration() : Clock::System().Elapsed()),
      work_(std::make_unique<Work>()) {
  // Making the object does no I/O, but libpqxx refuses it on a connection it knows to be closed; Execute says so.
  try {
    if (isolation == Isolation::kSnapshot) {
      work_->snapshot.emplace(connection.driver().connection);
    } else {
      work_->read_committed.emplace(connection.driver().connection);
    }
  } catch (...) {
    work_.reset();
  }
}

Transaction::~Transaction() {
  if (!finished_) TellEnd(failed_ ? TransactionEnd::kFailed : TransactionEnd::kRolledBack);
}

absl::StatusOr<Rows> Transaction::Execute(const Statement& statement, std::initializer_list<Value> values) {
  return Run(statement, absl::MakeConstSpan(values.begin(), values.size()));
}

absl::StatusOr<Rows> Transaction::Execute(const Statement& statement, const std::vector<Value>& values) {
  return Run(statement, values);
}

absl::StatusOr<Rows> Transaction::Run(const Statement& statement, absl::Span<const Value> values) {
  try {
    if (work_ == nullptr) throw pqxx::broken_connection("the connection is closed");
    Connection::Driver& driver = connection_.driver();
    FLEET_RETURN_IF_ERROR(Prepare(driver, statement));
#if PQXX_VERSION_MAJOR < 7
    std::vector<const char*> texts;
    texts.reserve(values.size());
    for (const Value& value : values) texts.push_back(value.c_str());
    return Rows(work_->get().exec_prepared(statement.name, pqxx::prepare::make_dynamic_params(texts)));
#else
    pqxx::params parameters;
    for (const Value& value : values) {
      if (value.c_str() == nullptr) {
        parameters.append();
      } else {
        parameters.append(value.c_str());
      }
    }
    return Rows(work_->get().exec_prepared(statement.name, parameters));
#endif
  } catch (...) {
    failed_ = true;
    return StatusFromCurrentException();
  }
}

absl::Status Transaction::Finish() {
  finished_ = true;
  absl::Status status = End();
  if (!status.ok()) {
    TellEnd(TransactionEnd::kFailed);
    return status;
  }
  TellEnd(roll_back_ ? TransactionEnd::kRolledBack : TransactionEnd::kCommitted);
  if (roll_back_) return status;
  for (const auto& note : notes_) observer_->Committed(*note);
  return status;
}

void Transaction::TellEnd(TransactionEnd end) {
  if (observer_ != nullptr) observer_->TransactionEnded(end, Clock::System().Elapsed() - began_);
}

absl::Status Transaction::End() {
  if (work_ == nullptr) return absl::OkStatus();
  try {
    if (roll_back_) {
      work_->get().abort();
    } else {
      work_->get().commit();
    }
    return absl::OkStatus();
  } catch (...) {
    return roll_back_ ? StatusFromCurrentException() : StatusFromCurrentCommitException();
  }
}

}  // namespace fleet::database
