// A database for one test.
//
//   class FleetStoreTest : public ::testing::Test {
//     TestDatabase database_;   // migrated, empty, dropped at the end
//   };
//
// Tests that use it are declared with FIXTURES postgres: ctest then starts one cluster for the whole run. A test
// binary started by hand makes a cluster of its own.
#ifndef FLEET_TESTS_SUPPORT_TEST_DATABASE_H_
#define FLEET_TESTS_SUPPORT_TEST_DATABASE_H_

#include <string>

#include "tests/support/postgres_server.h"

namespace fleet::testing {

class TestDatabase {
 public:
  enum class Schema { kMigrated, kEmpty };

  // On the cluster of the test run. A copy of a template that was migrated once, so it takes some 50 ms. Throws
  // std::runtime_error on failure, which GoogleTest reports as the test's failure.
  explicit TestDatabase(Schema schema = Schema::kMigrated);
  // On the test's own server, which must outlive it.
  explicit TestDatabase(const PostgresServer& server, Schema schema = Schema::kMigrated);
  // A copy of `original`, which nobody is connected to, on the same server.
  TestDatabase(const PostgresServer& server, const TestDatabase& original);
  // Drops the database, disconnecting whoever still uses it.
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // Connects as role "fleet", the owner.
  const std::string& url() const { return url_; }

 private:
  TestDatabase(std::string maintenance_url, Schema schema);
  void Create(const std::string& original) const;

  const std::string maintenance_url_;
  const std::string name_;
  const std::string url_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_TEST_DATABASE_H_
