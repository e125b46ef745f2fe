#include "tests/support/postgres_server.h"

#include <pqxx/pqxx>

#include "tests/support/status_matchers.h"

namespace fleet::testing {
namespace {

std::string Ask(const PostgresServer& server, const std::string& query) {
  pqxx::connection connection(server.Url());
  pqxx::nontransaction transaction(connection);
  return transaction.exec1(query)[0].as<std::string>();
}

TEST(PostgresServerTest, ServesARoleThatIsNoSuperuser) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto server, PostgresServer::Start());
  EXPECT_EQ(Ask(*server, "SELECT current_user"), "fleet");
  EXPECT_EQ(Ask(*server, "SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user"), "false");
  EXPECT_EQ(Ask(*server, "SHOW fsync"), "off");
}

TEST(PostgresServerTest, IsDurableAndConfiguredOnDemand) {
  FLEET_ASSERT_OK_AND_ASSIGN(
      const auto server,
      PostgresServer::Start({.durable = true, .max_connections = 30, .settings = {"work_mem = '7MB'"}}));
  EXPECT_EQ(Ask(*server, "SHOW fsync"), "on");
  EXPECT_EQ(Ask(*server, "SHOW synchronous_commit"), "on");
  EXPECT_EQ(Ask(*server, "SHOW max_connections"), "30");
  EXPECT_EQ(Ask(*server, "SHOW work_mem"), "7MB");
}

TEST(PostgresServerTest, KeepsItsPortAndCommittedRowsOverACrash) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto server, PostgresServer::Start());
  const int port = server->port();
  {
    pqxx::connection connection(server->Url());
    pqxx::work transaction(connection);
    transaction.exec("CREATE TABLE kept (x int)");
    transaction.commit();
  }
  FLEET_ASSERT_OK(server->StopImmediate());
  EXPECT_THROW(Ask(*server, "SELECT 1"), pqxx::broken_connection);
  FLEET_ASSERT_OK(server->Restart());
  EXPECT_EQ(server->port(), port);
  EXPECT_EQ(Ask(*server, "SELECT count(*)::text FROM kept"), "0");
  FLEET_ASSERT_OK(server->StopFast());
  FLEET_ASSERT_OK(server->Restart());
  EXPECT_EQ(Ask(*server, "SELECT count(*)::text FROM kept"), "0");
}

}  // namespace
}  // namespace fleet::testing
