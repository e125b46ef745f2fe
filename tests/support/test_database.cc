#include "tests/support/test_database.h"

#include <fstream>
#include <memory>
#include <pqxx/pqxx>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/database/migrator.h"
#include "common/domain/ulid.h"

namespace fleet::testing {
namespace {

constexpr char kTemplate[] = "fleet_template";
// Any number: it only has to be the same in all test processes.
constexpr char kLockTemplate[] = "SELECT pg_advisory_lock(7070)";
constexpr char kTemplateExists[] = "SELECT 1 FROM pg_database WHERE datname = 'fleet_template'";

std::string UrlOf(const std::string& maintenance_url, const std::string& database) {
  return maintenance_url.substr(0, maintenance_url.rfind('/') + 1) + database;
}

std::string NewName() {
  return absl::StrCat("t_", absl::AsciiStrToLower(domain::Ulid::Generate(absl::Now()).ToString()));
}

bool Answers(const std::string& url) {
  try {
    pqxx::connection connection(url);
    return connection.is_open();
  } catch (const std::exception&) {
    return false;
  }
}

std::string ClusterOfThisProcess() {
  static auto server = PostgresServer::Start();
  if (!server.ok()) throw std::runtime_error(server.status().ToString());
  return (*server)->Url();
}

std::string SharedCluster() {
  static const std::string url = [] {
    std::ifstream file(FLEET_POSTGRES_FIXTURE_FILE);
    std::string pid;
    std::string shared;
    if (file >> pid >> shared && Answers(shared)) return shared;
    return ClusterOfThisProcess();
  }();
  return url;
}

void MigrateOrThrow(const std::string& url) {
  const absl::Status migrated = database::Migrate(url);
  if (!migrated.ok()) throw std::runtime_error(migrated.ToString());
}

void MigrateTemplateOnce(pqxx::nontransaction& maintenance, const std::string& maintenance_url) {
  maintenance.exec(kLockTemplate);
  if (!maintenance.exec(kTemplateExists).empty()) return;
  // Under another name until it is complete: its maker may be killed.
  maintenance.exec("DROP DATABASE IF EXISTS fleet_template_new WITH (FORCE)");
  maintenance.exec("CREATE DATABASE fleet_template_new");
  MigrateOrThrow(UrlOf(maintenance_url, "fleet_template_new"));
  maintenance.exec("ALTER DATABASE fleet_template_new RENAME TO fleet_template");
}

}  // namespace

TestDatabase::TestDatabase(Schema schema) : TestDatabase(SharedCluster(), schema) {}

TestDatabase::TestDatabase(const PostgresServer& server, Schema schema) : TestDatabase(server.Url(), schema) {}

TestDatabase::TestDatabase(std::string maintenance_url, Schema schema)
    : maintenance_url_(std::move(maintenance_url)), name_(NewName()), url_(UrlOf(maintenance_url_, name_)) {
  if (schema == Schema::kEmpty) {
    Create("template0");
    return;
  }
  {
    // The lock ends with the connection.
    pqxx::connection connection(maintenance_url_);
    pqxx::nontransaction maintenance(connection);
    MigrateTemplateOnce(maintenance, maintenance_url_);
  }
  Create(kTemplate);
  // The schema is there, but a copy does not take over the role's settings for the database.
  MigrateOrThrow(url_);
}

TestDatabase::TestDatabase(const PostgresServer& server, const TestDatabase& original)
    : maintenance_url_(server.Url()), name_(NewName()), url_(UrlOf(maintenance_url_, name_)) {
  Create(original.name_);
  MigrateOrThrow(url_);
}

void TestDatabase::Create(const std::string& original) const {
  pqxx::connection connection(maintenance_url_);
  pqxx::nontransaction maintenance(connection);
  maintenance.exec(absl::StrCat("CREATE DATABASE ", name_, " TEMPLATE ", original));
}

TestDatabase::~TestDatabase() {
  try {
    pqxx::connection connection(maintenance_url_);
    pqxx::nontransaction maintenance(connection);
    maintenance.exec(absl::StrCat("DROP DATABASE IF EXISTS ", name_, " WITH (FORCE)"));
  } catch (const std::exception&) {
    // The test stopped its server: the database goes with it.
  }
}

}  // namespace fleet::testing
