// One process of a crash schedule, and how it is started anew.
#ifndef FLEET_TESTS_CRASH_LAB_PROCESS_H_
#define FLEET_TESTS_CRASH_LAB_PROCESS_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/child_process.h"

namespace fleet::crash {

// Not thread-safe.
class LabProcess {
 public:
  struct Options {
    std::string name;                                  // "service-1"
    std::vector<std::string> argv{};                   // the port file is added
    std::map<std::string, std::string> environment{};  // added to the test's own
    std::string directory;                             // of its logs and port files
    bool has_port_file = true;                         // false: it counts as up at once
  };

  explicit LabProcess(Options options);

  // Starts it; see Tend.
  void Launch();
  // To be called often. Notices that it came up, and starts it again if it ended before: its database may be away.
  // Returns kInternal if it ended after it was up, and nobody killed it.
  absl::Status Tend();
  void Kill();
  void Signal(int signal);

  bool is_up() const { return state_ == State::kUp; }
  bool IsRunning() { return process_ != nullptr && process_->IsRunning(); }
  const std::string& name() const { return options_.name; }
  // Of gRPC, of the process that came up last; 0 for others than services.
  int port() const { return port_; }

 private:
  enum class State { kDown, kStarting, kUp };
  std::string port_file() const;

  const Options options_;
  State state_ = State::kDown;
  int generation_ = 0;
  int port_ = 0;
  std::unique_ptr<testing::ChildProcess> process_;
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_LAB_PROCESS_H_
