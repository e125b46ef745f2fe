#include "tests/support/test_database.h"

#include <gtest/gtest.h>

#include <optional>
#include <pqxx/pqxx>

namespace fleet::testing {
namespace {

int CountTables(const std::string& url) {
  pqxx::connection connection(url);
  pqxx::nontransaction transaction(connection);
  return transaction.exec1("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")[0].as<int>();
}

TEST(TestDatabaseTest, IsMigrated) {
  TestDatabase database;
  EXPECT_GT(CountTables(database.url()), 0);
}

TEST(TestDatabaseTest, IsEmptyOnDemand) {
  TestDatabase database(TestDatabase::Schema::kEmpty);
  EXPECT_EQ(CountTables(database.url()), 0);
}

TEST(TestDatabaseTest, IsNotSharedWithAnother) {
  TestDatabase one(TestDatabase::Schema::kEmpty);
  TestDatabase other(TestDatabase::Schema::kEmpty);
  pqxx::connection connection(one.url());
  pqxx::work transaction(connection);
  transaction.exec("CREATE TABLE mine (x int)");
  transaction.commit();
  EXPECT_EQ(CountTables(other.url()), 0);
}

TEST(TestDatabaseTest, IsDroppedEvenWhileInUse) {
  std::optional<TestDatabase> database(std::in_place, TestDatabase::Schema::kEmpty);
  const std::string url = database->url();
  pqxx::connection connection(url);
  database.reset();
  EXPECT_THROW(pqxx::connection second(url), pqxx::broken_connection);
}

}  // namespace
}  // namespace fleet::testing
