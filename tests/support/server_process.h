// One fleet-service or fleet-worker on free ports, with a folder of its own.
#ifndef FLEET_TESTS_SUPPORT_SERVER_PROCESS_H_
#define FLEET_TESTS_SUPPORT_SERVER_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/support/child_process.h"
#include "tests/support/fleet_program.h"

namespace fleet::testing {

// Not thread-safe.
class ServerProcess {
 public:
  // Returns once it serves. A service trusts the caller's name (--insecure_identity). `flags` come last.
  static absl::StatusOr<std::unique_ptr<ServerProcess>> StartService(const std::string& database_url,
                                                                     std::vector<std::string> flags = {});
  static absl::StatusOr<std::unique_ptr<ServerProcess>> StartWorker(const std::string& database_url,
                                                                    std::vector<std::string> flags = {});
  // Kills it.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // "127.0.0.1:port" of gRPC; services only.
  const std::string& address() const { return address_; }
  int metrics_port() const { return program_->port("metrics"); }
  ChildProcess& process() { return program_->process(); }
  // SIGKILL; when it returns the process is gone.
  void Kill();
  // SIGTERM; its exit code.
  absl::StatusOr<int> Terminate(absl::Duration limit = absl::Seconds(20));
  std::string log() const { return program_->log(); }

 private:
  ServerProcess() = default;
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(const std::string& program,
                                                              const std::string& database_url,
                                                              std::vector<std::string> flags);

  std::string directory_;
  std::string address_;
  std::unique_ptr<FleetProgram> program_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_SERVER_PROCESS_H_
