// One fleet-service or fleet-worker, the real program, on free ports.
#ifndef FLEET_TESTS_SUPPORT_SERVER_PROCESS_H_
#define FLEET_TESTS_SUPPORT_SERVER_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "tests/support/child_process.h"

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
  int metrics_port() const { return metrics_port_; }
  ChildProcess& process() { return *process_; }
  // SIGKILL; when it returns the process is gone.
  void Kill();
  // SIGTERM; its exit code.
  absl::StatusOr<int> Terminate(absl::Duration limit = absl::Seconds(20));
  std::string log() const;

 private:
  ServerProcess() = default;
  static absl::StatusOr<std::unique_ptr<ServerProcess>> Start(absl::string_view program,
                                                              const std::string& database_url,
                                                              std::vector<std::string> flags);
  absl::Status AwaitPorts(const std::string& port_file);

  std::string directory_;
  std::string address_;
  int metrics_port_ = 0;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_SERVER_PROCESS_H_
