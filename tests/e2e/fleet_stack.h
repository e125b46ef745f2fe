// The real programs, as many of each as a test wants, on free ports of 127.0.0.1 and with short times.
#ifndef FLEET_TESTS_E2E_FLEET_STACK_H_
#define FLEET_TESTS_E2E_FLEET_STACK_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/fleet_program.h"

namespace fleet::e2e {

// Identity of everything that tests ask for.
inline constexpr char kUser[] = "tester";

// Processes are known by names that the test gives them, and are killed at its end. Calls throw std::runtime_error when
// a process does not do what it should. Not thread-safe.
class FleetStack {
 public:
  struct Options {
    bool wake_up_hints = true;
    std::string lease_duration = "3s";
    // Of a collector of traces, for every program; empty: none.
    std::string otlp_endpoint{};
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

  testing::ChildProcess& process(const std::string& name) { return programs_.at(name)->process(); }
  // What it has logged so far, over all its starts.
  std::string Log(const std::string& name) const { return programs_.at(name)->log(); }
  // The ends of all logs: to show when a test fails.
  std::string Logs() const;

 private:
  void StartServer(const std::string& name, std::vector<std::string> argv);
  void Start(const std::string& name, testing::FleetProgram::Options options);

  const std::string database_url_;
  const std::string directory_;
  const Options options_;
  std::map<std::string, std::unique_ptr<testing::FleetProgram>> programs_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_FLEET_STACK_H_
