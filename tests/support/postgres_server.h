// A private PostgreSQL cluster, started from Debian's packages: for tests that stop or break their database, and
// behind TestDatabase for all others.
#ifndef FLEET_TESTS_SUPPORT_POSTGRES_SERVER_H_
#define FLEET_TESTS_SUPPORT_POSTGRES_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "tests/support/child_process.h"

namespace fleet::testing {

// Not thread-safe, but for Url().
class PostgresServer {
 public:
  struct Options {
    bool durable = false;  // false: no fsync. A cluster stopped with StopImmediate recovers either way.
    int max_connections = 300;
    std::vector<std::string> settings{};  // lines for postgresql.conf, for example "log_statement = 'all'"
  };

  // Makes a new cluster (about a second) and starts it on a free port of 127.0.0.1, as user postgres when the test
  // runs as root. A watchdog ends the server and removes its files when the test is gone, however it ended.
  static absl::StatusOr<std::unique_ptr<PostgresServer>> Start();
  static absl::StatusOr<std::unique_ptr<PostgresServer>> Start(const Options& options);

  // Ends the server, without waiting for its clients, and removes its files.
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // Connects as role "fleet": like the real one no superuser, but it may create databases. Thread-safe.
  std::string Url(absl::string_view database = "postgres") const;
  int port() const { return port_; }
  // Where the server's own log is: to show when a test fails.
  std::string log_file() const { return directory_ + "/log"; }

  // As if the machine had lost power: no checkpoint, clients are cut off. Restart() then recovers from the log.
  absl::Status StopImmediate();
  // Rolls open transactions back and disconnects clients.
  absl::Status StopFast();
  // Starts a stopped server again, on the same port.
  absl::Status Restart();

 private:
  PostgresServer(std::string bin, std::string directory, std::string password);

  absl::Status StartWatchdog();
  absl::Status Initialize(const Options& options);
  absl::Status StartOnFreePort();
  absl::Status CreateRole();
  absl::Status RunTool(const std::string& tool, std::vector<std::string> arguments);
  absl::Status Control(std::vector<std::string> arguments);

  const std::string bin_;
  const std::string directory_;
  const std::string password_;
  int port_ = 0;
  int watchdog_pipe_ = -1;
  std::unique_ptr<ChildProcess> watchdog_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_POSTGRES_SERVER_H_
