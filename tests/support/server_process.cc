#include "tests/support/server_process.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "common/status/status_macros.h"

namespace fleet::testing {

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::StartService(const std::string& database_url,
                                                                           std::vector<std::string> flags) {
  flags.insert(flags.begin(), {"--insecure_identity", "--listen=127.0.0.1:0"});
  return Start("fleet-service", database_url, std::move(flags));
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::StartWorker(const std::string& database_url,
                                                                          std::vector<std::string> flags) {
  return Start("fleet-worker", database_url, std::move(flags));
}

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(const std::string& program,
                                                                    const std::string& database_url,
                                                                    std::vector<std::string> flags) {
  std::string directory = (std::filesystem::temp_directory_path() / "fleet-server-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return absl::InternalError("mkdtemp failed");
  std::unique_ptr<ServerProcess> server(new ServerProcess());
  server->directory_ = directory;
  FleetProgram::Options options;
  options.name = program;
  options.directory = directory;
  options.argv = {FleetProgram::Binary(program), "--metrics_listen=127.0.0.1:0"};
  options.argv.insert(options.argv.end(), flags.begin(), flags.end());
  options.environment["FLEET_DATABASE_URL"] = database_url;
  server->program_ = std::make_unique<FleetProgram>(std::move(options));
  server->program_->Launch();
  FLEET_RETURN_IF_ERROR(server->program_->AwaitUp());
  server->address_ = server->program_->address();
  return server;
}

ServerProcess::~ServerProcess() {
  program_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void ServerProcess::Kill() { program_->Kill(); }

absl::StatusOr<int> ServerProcess::Terminate(absl::Duration limit) {
  program_->Signal(SIGTERM);
  return process().WaitExit(limit);
}

}  // namespace fleet::testing
