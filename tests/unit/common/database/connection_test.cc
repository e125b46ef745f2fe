#include "common/database/connection.h"

#include <gmock/gmock.h>

#include "tests/support/free_port.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(WithKeepalivesTest, ExtendsEveryFormOfAddress) {
  EXPECT_THAT(WithKeepalives("postgresql://h/d"), HasSubstr("postgresql://h/d?connect_timeout=5&keepalives_idle=10"));
  EXPECT_THAT(WithKeepalives("postgres://h/d?sslmode=require"), HasSubstr("sslmode=require&connect_timeout=5"));
  EXPECT_THAT(WithKeepalives("host=h dbname=d"), HasSubstr("host=h dbname=d connect_timeout=5 keepalives_idle=10"));
}

TEST(WithKeepalivesTest, WhatTheOperatorSetStands) {
  const std::string url = WithKeepalives("host=h connect_timeout=30");
  EXPECT_THAT(url, HasSubstr("connect_timeout=30"));
  EXPECT_THAT(url, Not(HasSubstr("connect_timeout=5")));
}

using ConnectionTest = DatabaseTest;

TEST_F(ConnectionTest, Opens) {
  const auto connection = Connection::Open(url());
  FLEET_ASSERT_OK(connection);
  EXPECT_TRUE((*connection)->IsOpen());
}

TEST_F(ConnectionTest, AServerThatIsAwayIsUnavailable) {
  EXPECT_THAT(Connection::Open(absl::StrCat("postgresql://127.0.0.1:", testing::FreePort(), "/d")),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ConnectionTest, ARefusalNeverRepeatsThePassword) {
  const auto refused = Connection::Open(url().substr(0, url().rfind('/')) + "/no_such_database");
  EXPECT_FALSE(refused.ok());
  const std::string password = url().substr(url().find(':', 13) + 1, url().find('@') - url().find(':', 13) - 1);
  ASSERT_FALSE(password.empty());
  EXPECT_THAT(refused.status().ToString(), Not(HasSubstr(password)));
}

}  // namespace
}  // namespace fleet::database
