#include "common/database/migrator.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "common/database/migrations.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

class MigratorTest : public DatabaseTest {
 protected:
  static int Newest() { return Migrations().back().number; }
  int Applied() const { return Count("select count(*) from schema_migrations"); }
  // A session of its own, as the services have it.
  std::string Setting(const std::string& name) const { return Execute("show " + name)[0][0].as<std::string>(); }
};

TEST(MigrationsTest, AreNumberedFromOneWithoutGap) {
  int number = 0;
  for (const Migration& migration : Migrations()) {
    EXPECT_EQ(migration.number, ++number);
    EXPECT_FALSE(migration.sql.empty());
    EXPECT_THAT(migration.name, HasSubstr("_"));
  }
  EXPECT_GT(number, 0);
}

TEST_F(MigratorTest, BringsAnEmptyDatabaseToTheSchema) {
  EXPECT_THAT(CheckSchema(url()), StatusIs(absl::StatusCode::kFailedPrecondition));
  FLEET_ASSERT_OK(Migrate(url()));
  EXPECT_EQ(Applied(), Newest());
  FLEET_EXPECT_OK(CheckSchema(url()));
}

TEST_F(MigratorTest, ASecondRunChangesNothing) {
  FLEET_ASSERT_OK(Migrate(url()));
  Execute("update limits set value = 7 where name = 'system_active'");
  FLEET_ASSERT_OK(Migrate(url()));
  EXPECT_EQ(Applied(), Newest());
  EXPECT_EQ(Count("select value from limits where name = 'system_active'"), 7);
}

TEST_F(MigratorTest, ManyMayRunAtOnce) {
  std::vector<absl::Status> results(8);
  std::vector<std::thread> threads;
  for (absl::Status& result : results) threads.emplace_back([&] { result = Migrate(url()); });
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) FLEET_EXPECT_OK(result);
  EXPECT_EQ(Applied(), Newest());
}

TEST_F(MigratorTest, GoesOnWhereAnotherStopped) {
  Execute(
      "create table schema_migrations (number int primary key, name text not null, "
      "applied_at timestamptz not null default clock_timestamp())");
  for (const Migration& migration : Migrations()) {
    if (migration.number == Newest()) break;
    Execute(migration.sql);
    Execute(absl::StrCat("insert into schema_migrations (number, name) values (", migration.number, ", 'earlier')"));
  }
  EXPECT_THAT(CheckSchema(url()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("run fleet-service --migrate_and_exit"), HasSubstr(std::to_string(Newest())))));
  FLEET_ASSERT_OK(Migrate(url()));
  FLEET_EXPECT_OK(CheckSchema(url()));
}

TEST_F(MigratorTest, RefusesANewerDatabaseButLivesWithIt) {
  FLEET_ASSERT_OK(Migrate(url()));
  Execute(absl::StrCat("insert into schema_migrations (number, name) values (", Newest() + 1, ", 'of the future')"));
  EXPECT_THAT(Migrate(url()), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("run a newer program")));
  FLEET_EXPECT_OK(CheckSchema(url()));
}

TEST_F(MigratorTest, SetsTheRolesLimitsForThisDatabase) {
  FLEET_ASSERT_OK(Migrate(url()));
  EXPECT_EQ(Setting("idle_in_transaction_session_timeout"), "2s");
  EXPECT_EQ(Setting("lock_timeout"), "10s");
  EXPECT_EQ(Setting("statement_timeout"), "1min");
  EXPECT_EQ(Setting("plan_cache_mode"), "force_generic_plan");
}

}  // namespace
}  // namespace fleet::database
