// The real programs, as many of each as a test wants, on free ports of 127.0.0.1 and with short times.
#ifndef FLEET_TESTS_E2E_FLEET_STACK_H_
#define FLEET_TESTS_E2E_FLEET_STACK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace fleet::e2e {

// Processes are known by names that the test gives them, and are killed at its end. Calls throw std::runtime_error when
// a process does not do what it should. Not thread-safe.
class FleetStack {
 public:
  // Path of one of our programs.
  static std::string Binary(const std::string& name);

  struct Options {
    bool wake_up_hints = true;
    std::string lease_duration = "3s";
  };

  // Logs, port files and clones are kept in `directory`.
  FleetStack(std::string database_url, std::string directory, Options options);

  // A service that was started before comes back on its old port.
  void StartService(const std::string& name);
  void StartWorker(const std::string& name);
  // Leases from `services`, which it waits for; clones over the file protocol.
  void StartRunner(const std::string& name, const std::vector<std::string>& services,
                   const std::vector<std::string>& flags = {});

  // "127.0.0.1:port" of a service; waits until it serves.
  std::string Address(const std::string& service);
  std::vector<std::string> Addresses(const std::vector<std::string>& services);
  // Of a service or worker; waits until it is ready.
  int MetricsPort(const std::string& name);
  // Waits until a service or worker is ready.
  void WaitUntilReady(const std::string& name);

  testing::ChildProcess& process(const std::string& name) { return *processes_.at(name); }
  // What it has logged so far, over all its starts.
  std::string Log(const std::string& name) const;
  // The ends of all logs: to show when a test fails.
  std::string Logs() const;

 private:
  void StartServer(const std::string& name, std::vector<std::string> argv);
  void Start(const std::string& name, const std::vector<std::string>& argv);
  std::string PortFile(const std::string& name) const { return directory_ + "/" + name + ".ports"; }
  std::string LogFile(const std::string& name) const { return directory_ + "/" + name + ".log"; }

  const std::string database_url_;
  const std::string directory_;
  const Options options_;
  std::map<std::string, std::vector<std::string>> commands_;  // of servers, to start them again
  std::map<std::string, std::string> addresses_;
  std::map<std::string, int> metrics_ports_;
  std::map<std::string, std::unique_ptr<testing::ChildProcess>> processes_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_FLEET_STACK_H_
