// One of our programs, the real one, and how it is started anew.
#ifndef FLEET_TESTS_SUPPORT_FLEET_PROGRAM_H_
#define FLEET_TESTS_SUPPORT_FLEET_PROGRAM_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace fleet::testing {

// Not thread-safe.
class FleetProgram {
 public:
  struct Options {
    std::string name;                                  // "service-1": of its log and port files
    std::vector<std::string> argv{};                   // argv[0] as Binary gives it; --port_file is added
    std::map<std::string, std::string> environment{};  // added to the test's own
    std::string directory;                             // of its log and port files; must exist
    bool has_port_file = true;                         // false: it counts as up at once
    bool retries = false;  // started again if it ends before it is up: its port or its database may be away
  };
  // Path of "fleet-service" and the others.
  static std::string Binary(const std::string& program);

  explicit FleetProgram(Options options);
  // Kills it.
  ~FleetProgram() = default;

  // Starts it, at first or after Kill; see Tend.
  void Launch();
  // To be called often. Notices that it came up, or ended before. Returns kInternal if it ended after it was up, and
  // nobody killed it, or before and it is not to be tried again.
  absl::Status Tend();
  // Tends it until it is up; kDeadlineExceeded with its log if that takes longer.
  absl::Status AwaitUp(absl::Duration limit = absl::Seconds(60));
  // SIGKILL; when it returns the process is gone.
  void Kill();
  void Signal(int signal);

  bool is_up() const { return state_ == State::kUp; }
  bool IsRunning() { return process_ != nullptr && process_->IsRunning(); }
  const std::string& name() const { return options_.name; }
  // What it wrote down when it came up last: "grpc" or "metrics"; 0 if it has none.
  int port(const std::string& what) const;
  // "127.0.0.1:port" of gRPC.
  std::string address() const;
  // Not after Kill.
  ChildProcess& process() { return *process_; }
  // What it has logged so far, over all its starts.
  std::string log() const;

 private:
  enum class State { kDown, kStarting, kUp };
  std::string port_file() const { return options_.directory + "/" + options_.name + ".ports"; }
  std::string log_file() const { return options_.directory + "/" + options_.name + ".log"; }
  void ReadPorts();

  const Options options_;
  State state_ = State::kDown;
  std::map<std::string, int> ports_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_FLEET_PROGRAM_H_
