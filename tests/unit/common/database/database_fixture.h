// A database of the test's own, and short ways to speak to it besides the code under test.
#ifndef FLEET_TESTS_UNIT_COMMON_DATABASE_DATABASE_FIXTURE_H_
#define FLEET_TESTS_UNIT_COMMON_DATABASE_DATABASE_FIXTURE_H_

#include <gtest/gtest.h>

#include <pqxx/pqxx>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/support/test_database.h"
#include "tests/support/wait_until.h"

namespace fleet::database {

class DatabaseTest : public ::testing::Test {
 protected:
  explicit DatabaseTest(testing::TestDatabase::Schema schema = testing::TestDatabase::Schema::kEmpty)
      : database_(schema) {}

  const std::string& url() const { return database_.url(); }
  // On a connection of its own, committed.
  pqxx::result Execute(const std::string& sql) const {
    pqxx::connection connection(url());
    pqxx::work work(connection);
    const pqxx::result result = work.exec(sql);
    work.commit();
    return result;
  }
  int Count(const std::string& sql) const { return Execute(sql)[0][0].as<int>(); }

  // Ends every other session of this database, as an administrator or a failing server would.
  int EndOtherSessions() const {
    return Count(
        "select count(*) from (select pg_terminate_backend(pid, 5000) from pg_stat_activity "
        "where datname = current_database() and pid <> pg_backend_pid()) as ended");
  }
  // Until some session of this database waits for a lock.
  [[nodiscard]] bool WaitForLockWait(int sessions = 1) const {
    return testing::WaitUntil([&] {
      return Count(
                 "select count(*) from pg_stat_activity where datname = current_database() "
                 "and wait_event_type = 'Lock'") >= sessions;
    });
  }

 private:
  const testing::TestDatabase database_;
};

}  // namespace fleet::database

#endif  // FLEET_TESTS_UNIT_COMMON_DATABASE_DATABASE_FIXTURE_H_
