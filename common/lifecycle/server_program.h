// The course of a server program: start, write down the ports, serve until a signal, drain.
#ifndef FLEET_COMMON_LIFECYCLE_SERVER_PROGRAM_H_
#define FLEET_COMMON_LIFECYCLE_SERVER_PROGRAM_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "common/lifecycle/process_files.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/logging/structured_log.h"

namespace fleet {

// Exit codes: a supervisor that starts programs anew need not do so for wrong settings.
inline constexpr int kWrongSettings = 2;
inline constexpr int kCannotServe = 1;

// Logs why and returns `code`.
inline int CannotStart(const absl::Status& status, int code) {
  LogError("cannot_start", {{"error", status}});
  return code;
}

// Runs a Process from its start to its end; returns the exit code of main. Process has a static Start(config), Ports()
// by name and Drain(); the config has Validate() and a port_file.
template <typename Process, typename Config>
int RunServer(ShutdownSignal& shutdown, const Config& config) {
  if (const absl::Status valid = config.Validate(); !valid.ok()) return CannotStart(valid, kWrongSettings);
  const auto process = Process::Start(config);
  if (absl::IsInvalidArgument(process.status())) return CannotStart(process.status(), kWrongSettings);
  if (!process.ok()) return CannotStart(process.status(), kCannotServe);
  const std::map<std::string, int> ports = (*process)->Ports();
  if (const absl::Status written = WritePortFile(config.port_file, ports); !written.ok())
    return CannotStart(written, kCannotServe);
  for (const auto& [name, port] : ports) LogInfo("serving", {{"what", name}, {"port", port}});
  LogInfo("draining", {{"signal", shutdown.Wait()}});
  (*process)->Drain();
  LogInfo("stopped");
  return 0;
}

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_SERVER_PROGRAM_H_
