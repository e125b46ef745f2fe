#include "common/database/migrator.h"

#include "absl/strings/str_cat.h"
#include "common/database/connection_driver.h"
#include "common/database/migrations.h"
#include "common/database/sql_error.h"
#include "common/logging/structured_log.h"
#include "common/status/status_macros.h"

namespace fleet::database {
namespace {

// Any number that no other program is likely to lock.
constexpr char kLock[] = "select pg_advisory_xact_lock(4915716203)";

constexpr char kCreateTable[] = R"sql(
  create table if not exists schema_migrations (
    number int primary key,
    name text not null,
    applied_at timestamptz not null default clock_timestamp())
)sql";

// The hot path's statements join a batch with a table by primary key. The planner must neither go back to a custom
// plan for each batch nor choose a hash join while the tables look small. A process that freezes inside a transaction
// loses its locks after two seconds.
constexpr char kRoleSettings[] = R"sql(
  do $$
  declare
    setting text[];
  begin
    foreach setting slice 1 in array array[
      ['idle_in_transaction_session_timeout', '2s'], ['lock_timeout', '10s'], ['statement_timeout', '60s'],
      ['plan_cache_mode', 'force_generic_plan'], ['enable_hashjoin', 'off'], ['enable_mergejoin', 'off'],
      ['enable_seqscan', 'off'], ['enable_bitmapscan', 'off'], ['jit', 'off'],
      ['tcp_keepalives_idle', '10'], ['tcp_keepalives_interval', '5'], ['tcp_keepalives_count', '3']]
    loop
      execute format('alter role current_user in database %I set %I = %L', current_database(), setting[1], setting[2]);
    end loop;
  end $$
)sql";

int CurrentNumber(pqxx::work& work) {
  const auto exists = work.exec("select to_regclass('schema_migrations') is not null");
  if (!exists[0][0].as<bool>()) return 0;
  return work.exec("select coalesce(max(number), 0) from schema_migrations")[0][0].as<int>();
}

absl::Status ApplyAll(pqxx::connection& connection) {
  {
    pqxx::work work(connection);
    work.exec(kLock);
    work.exec(kCreateTable);
    work.commit();
  }
  for (const Migration& migration : Migrations()) {
    pqxx::work work(connection);
    work.exec("set local statement_timeout = 0");
    work.exec("set local lock_timeout = 0");
    work.exec(kLock);
    const int current = CurrentNumber(work);
    if (current > Migrations().back().number) {
      return absl::FailedPreconditionError(absl::StrCat("the database has schema ", current, ", this program knows ",
                                                        Migrations().back().number, ": run a newer program"));
    }
    if (current >= migration.number) continue;
    work.exec(migration.sql);
    work.exec_params("insert into schema_migrations (number, name) values ($1, $2)", migration.number, migration.name);
    work.commit();
    LogInfo("migration_applied", {{"migration", migration.name}});
  }
  pqxx::work work(connection);
  work.exec(kLock);
  work.exec(kRoleSettings);
  work.commit();
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(const std::string& url) {
  FLEET_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(url));
  try {
    return ApplyAll(connection->driver().connection);
  } catch (...) {
    return StatusFromCurrentException();
  }
}

absl::Status CheckSchema(const std::string& url) {
  FLEET_ASSIGN_OR_RETURN(const std::unique_ptr<Connection> connection, Connection::Open(url));
  try {
    pqxx::work work(connection->driver().connection);
    const int current = CurrentNumber(work);
    const int wanted = Migrations().back().number;
    if (current >= wanted) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("the database has schema ", current, ", this program needs ",
                                                      wanted, ": run fleet-service --migrate_and_exit first"));
  } catch (...) {
    return StatusFromCurrentException();
  }
}

}  // namespace fleet::database
