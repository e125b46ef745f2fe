#include "tests/support/postgres_server.h"

#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/status/status_macros.h"
#include "tests/support/free_port.h"

namespace fleet::testing {
namespace {

constexpr char kUnprivilegedUser[] = "postgres";

// Waits for the end of its standard input, which comes when the last holder of the pipe is gone. A server's working
// directory is its data directory: so a number that now names another process is told apart.
constexpr char kWatchdogScript[] = R"sh(
  read -r _
  pid=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
  serves() { [ "$(readlink "/proc/$pid/cwd")" = "$1/data" ]; }
  if [ -n "$pid" ] && serves "$1"; then kill -QUIT "$pid"; fi
  while [ -n "$pid" ] && serves "$1"; do sleep 0.02; done
  rm -rf "$1"
)sh";

// $0 directory, $1 max_connections, $2 on or off
constexpr char kSettings[] = R"(
listen_addresses = '127.0.0.1'
unix_socket_directories = '$0/socket'
max_connections = $1
fsync = $2
full_page_writes = $2
shared_buffers = 128MB
max_wal_size = 4GB
logging_collector = off
log_line_prefix = '%m [%p] '
timezone = 'UTC'
)";

constexpr char kRoleSql[] = R"(
CREATE ROLE fleet LOGIN CREATEDB PASSWORD '$0';
GRANT pg_monitor, pg_signal_backend TO fleet;
ALTER DATABASE postgres OWNER TO fleet;
)";

bool WriteFile(const std::string& path, const std::string& text, std::ios::openmode mode = std::ios::trunc) {
  std::ofstream file(path, std::ios::out | mode);
  file << text;
  file.close();
  return file.good();
}

// The newest installed server's programs.
absl::StatusOr<std::string> FindPrograms() {
  std::map<int, std::string> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    int version = 0;
    if (absl::SimpleAtoi(entry.path().filename().string(), &version) && exists(entry.path() / "bin/initdb")) {
      found[version] = (entry.path() / "bin").string();
    }
  }
  if (found.empty()) return absl::NotFoundError("PostgreSQL is not installed: run deploy/install_packages");
  return found.rbegin()->second;
}

// Hands `path` to the user who will run the server.
absl::Status HandOver(const std::string& path) {
  if (geteuid() != 0) return absl::OkStatus();
  const passwd* user = getpwnam(kUnprivilegedUser);
  if (user == nullptr) return absl::NotFoundError("no user postgres");
  if (chown(path.c_str(), user->pw_uid, user->pw_gid) != 0) return absl::ErrnoToStatus(errno, path);
  return absl::OkStatus();
}

}  // namespace

PostgresServer::PostgresServer(std::string bin, std::string directory, std::string password)
    : bin_(std::move(bin)), directory_(std::move(directory)), password_(std::move(password)) {}

absl::StatusOr<std::unique_ptr<PostgresServer>> PostgresServer::Start() { return Start(Options()); }

absl::StatusOr<std::unique_ptr<PostgresServer>> PostgresServer::Start(const Options& options) {
  FLEET_ASSIGN_OR_RETURN(const std::string bin, FindPrograms());
  // Short and under /tmp: a socket's path has at most 107 bytes, and user postgres must reach it.
  std::string directory = "/tmp/fleet-pg-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) return absl::ErrnoToStatus(errno, "mkdtemp");
  const std::string password = domain::Ulid::Generate(absl::Now()).ToString();
  std::unique_ptr<PostgresServer> server(new PostgresServer(bin, directory, password));
  FLEET_RETURN_IF_ERROR(server->StartWatchdog());
  FLEET_RETURN_IF_ERROR(HandOver(directory));
  FLEET_RETURN_IF_ERROR(server->Initialize(options));
  FLEET_RETURN_IF_ERROR(server->StartOnFreePort());
  FLEET_RETURN_IF_ERROR(server->CreateRole());
  return server;
}

PostgresServer::~PostgresServer() {
  // The watchdog does the work, so that there is one way for a server to end.
  close(watchdog_pipe_);
  if (watchdog_ != nullptr) (void)watchdog_->WaitExit(absl::Seconds(30));
}

std::string PostgresServer::Url(absl::string_view database) const {
  return absl::StrCat("postgresql://fleet:", password_, "@127.0.0.1:", port_, "/", database);
}

absl::Status PostgresServer::StopImmediate() { return Control({"-m", "immediate", "stop"}); }

absl::Status PostgresServer::StopFast() { return Control({"-m", "fast", "stop"}); }

absl::Status PostgresServer::Restart() {
  return Control({"-l", log_file(), "-o", absl::StrCat("-p ", port_), "start"});
}

absl::Status PostgresServer::StartWatchdog() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  watchdog_pipe_ = ends[1];
  // In a session of its own: neither Ctrl-C nor the test's death may reach it.
  auto watchdog = ChildProcess::Start(
      {.argv = {"setsid", "--wait", "sh", "-c", kWatchdogScript, "watchdog", directory_}, .standard_input = ends[0]});
  close(ends[0]);
  if (!watchdog.ok()) return watchdog.status();
  watchdog_ = *std::move(watchdog);
  return absl::OkStatus();
}

absl::Status PostgresServer::Initialize(const Options& options) {
  const std::string data = directory_ + "/data";
  FLEET_RETURN_IF_ERROR(RunTool("initdb", {"-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync",
                                           "--auth-local=peer", "--auth-host=scram-sha-256"}));
  const std::string socket = directory_ + "/socket";
  if (!std::filesystem::create_directory(socket)) return absl::InternalError("cannot make " + socket);
  std::filesystem::permissions(socket, std::filesystem::perms::owner_all);
  FLEET_RETURN_IF_ERROR(HandOver(socket));
  std::string settings =
      absl::Substitute(kSettings, directory_, options.max_connections, options.durable ? "on" : "off");
  for (const std::string& line : options.settings) absl::StrAppend(&settings, line, "\n");
  // The superuser connects over the socket only, as whoever owns the cluster.
  const passwd* owner = geteuid() == 0 ? getpwnam(kUnprivilegedUser) : getpwuid(geteuid());
  if (owner == nullptr || !WriteFile(data + "/postgresql.conf", settings, std::ios::app) ||
      !WriteFile(data + "/pg_ident.conf", absl::StrCat("owner ", owner->pw_name, " postgres\n")) ||
      !WriteFile(data + "/pg_hba.conf",
                 "local all postgres peer map=owner\nhost all all 127.0.0.1/32 scram-sha-256\n")) {
    return absl::InternalError("cannot write the settings in " + data);
  }
  return absl::OkStatus();
}

absl::Status PostgresServer::StartOnFreePort() {
  absl::Status status;
  for (int tries = 0; tries < 5; ++tries) {
    port_ = FreePort();
    status = Restart();
    if (status.ok()) break;
  }
  return status;
}

absl::Status PostgresServer::CreateRole() {
  const std::string script = directory_ + "/role.sql";
  if (!WriteFile(script, absl::Substitute(kRoleSql, password_))) return absl::InternalError("cannot write " + script);
  FLEET_RETURN_IF_ERROR(HandOver(script));
  return RunTool("psql", {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", directory_ + "/socket", "-p", absl::StrCat(port_),
                          "-U", "postgres", "-d", "postgres", "-f", script});
}

absl::Status PostgresServer::RunTool(const std::string& tool, std::vector<std::string> arguments) {
  // A directory that user postgres can enter.
  ChildProcess::Options options{.working_directory = "/"};
  if (geteuid() == 0) {
    options.argv = {"setpriv", absl::StrCat("--reuid=", kUnprivilegedUser), absl::StrCat("--regid=", kUnprivilegedUser),
                    "--init-groups", "--"};
  }
  options.argv.push_back(absl::StrCat(bin_, "/", tool));
  options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
  return ChildProcess::Run(options);
}

absl::Status PostgresServer::Control(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"-D", directory_ + "/data", "-w", "-t", "60", "-s"});
  return RunTool("pg_ctl", std::move(arguments));
}

}  // namespace fleet::testing
