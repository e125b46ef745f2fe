// The processes of one schedule: two services and two workers, each behind a proxy of its own to PostgreSQL, and
// runners, each behind proxies of its own to the services. Every network between them can be cut.
#ifndef FLEET_TESTS_CRASH_CRASH_LAB_H_
#define FLEET_TESTS_CRASH_CRASH_LAB_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/values.h"
#include "tests/crash/crash_schedule.h"
#include "tests/support/fleet_program.h"
#include "tests/support/postgres_server.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/test_database.h"

namespace fleet::crash {

// Not thread-safe, but for addresses().
class CrashLab {
 public:
  // Makes an empty directory of its own and starts everything. `server` and `database` outlive it.
  CrashLab(testing::PostgresServer& server, const testing::TestDatabase& database, const CrashSchedule& schedule);
  // Kills everything; leaves the directory.
  ~CrashLab();
  CrashLab(const CrashLab&) = delete;
  CrashLab& operator=(const CrashLab&) = delete;

  // To be called often: see testing::FleetProgram::Tend.
  absl::Status Tend();
  bool IsUp() const;

  testing::FleetProgram& service(int number) { return *services_[static_cast<std::size_t>(number)]; }
  testing::FleetProgram& worker(int number) { return *workers_[static_cast<std::size_t>(number)]; }
  testing::FleetProgram& runner(int number) { return *runners_[static_cast<std::size_t>(number)]; }
  // The networks of one process: to PostgreSQL, or a runner's to all services.
  std::vector<testing::TcpProxy*> NetworkOfService(int number);
  std::vector<testing::TcpProxy*> NetworkOfWorker(int number);
  std::vector<testing::TcpProxy*> NetworkOfRunner(int number);
  testing::PostgresServer& postgres() { return postgres_; }
  // Services as callers reach them; the same all the time.
  std::vector<std::string> addresses() const;

  // What is going on, as PostgreSQL sees it. All are 0 while it is away.
  // Sessions of the process that are inside a transaction, and of those the ones that wait for it to go on.
  int InTransaction(const std::string& process);
  int StuckInTransaction(const std::string& process);
  int HeldBy(const std::string& runner);
  int ChildrenUnderWay();  // active, or still to be enqueued
  int ChildrenEnded();
  // Sessions of services and workers that were ended inside a transaction.
  int TerminateTransactions();
  // Whether no fleet is open; false while it is unknown.
  bool NothingIsOpen();

  const std::string& directory() const { return directory_; }
  std::string JournalOf(int runner) const;

 private:
  int64_t Ask(const database::Statement& statement, std::initializer_list<database::Value> values = {});
  std::string UrlThrough(const testing::TcpProxy& proxy, const std::string& process) const;
  void AddServer(const CrashSchedule& schedule, bool is_service, int number);
  void AddRunner(const CrashSchedule& schedule, int number);

  testing::PostgresServer& postgres_;
  const std::string url_;
  std::string directory_;
  database::ConnectionPool connections_;
  // Proxies first: they outlive the processes.
  std::vector<std::unique_ptr<testing::TcpProxy>> service_databases_;
  std::vector<std::unique_ptr<testing::TcpProxy>> worker_databases_;
  std::vector<std::unique_ptr<testing::TcpProxy>> callers_;                       // to each service
  std::vector<std::vector<std::unique_ptr<testing::TcpProxy>>> runner_services_;  // by runner, then service
  std::vector<std::unique_ptr<testing::FleetProgram>> services_;
  std::vector<std::unique_ptr<testing::FleetProgram>> workers_;
  std::vector<std::unique_ptr<testing::FleetProgram>> runners_;
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_CRASH_LAB_H_
