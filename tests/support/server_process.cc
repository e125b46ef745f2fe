#include "tests/support/server_process.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/support/wait_until.h"

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

absl::StatusOr<std::unique_ptr<ServerProcess>> ServerProcess::Start(absl::string_view program,
                                                                    const std::string& database_url,
                                                                    std::vector<std::string> flags) {
  std::string directory = (std::filesystem::temp_directory_path() / "fleet-server-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return absl::InternalError("mkdtemp failed");
  std::unique_ptr<ServerProcess> server(new ServerProcess());
  server->directory_ = directory;
  ChildProcess::Options options;
  options.argv = {absl::StrCat(FLEET_BINARY_DIR, "/", program), "--metrics_listen=127.0.0.1:0",
                  absl::StrCat("--port_file=", directory, "/ports")};
  options.argv.insert(options.argv.end(), flags.begin(), flags.end());
  options.environment["FLEET_DATABASE_URL"] = database_url;
  options.log_file = directory + "/log";
  FLEET_ASSIGN_OR_RETURN(server->process_, ChildProcess::Start(options));
  FLEET_RETURN_IF_ERROR(server->AwaitPorts(directory + "/ports"));
  return server;
}

absl::Status ServerProcess::AwaitPorts(const std::string& port_file) {
  const bool ready = WaitUntil([&] { return std::filesystem::exists(port_file) || !process_->IsRunning(); });
  std::ifstream file(port_file);
  std::string line;
  while (std::getline(file, line)) {
    if (absl::StartsWith(line, "grpc=")) address_ = absl::StrCat("127.0.0.1:", line.substr(5));
    if (absl::StartsWith(line, "metrics=")) (void)absl::SimpleAtoi(line.substr(8), &metrics_port_);
  }
  if (ready && metrics_port_ != 0) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat("the program did not start:\n", log()));
}

ServerProcess::~ServerProcess() {
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void ServerProcess::Kill() { process_->Kill(); }

absl::StatusOr<int> ServerProcess::Terminate(absl::Duration limit) {
  process_->Signal(SIGTERM);
  return process_->WaitExit(limit);
}

std::string ServerProcess::log() const {
  std::ifstream file(directory_ + "/log");
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace fleet::testing
