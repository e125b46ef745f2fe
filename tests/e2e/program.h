// A command that a test runs for its exit code and its two outputs: fleetctl, git, buf.
#ifndef FLEET_TESTS_E2E_PROGRAM_H_
#define FLEET_TESTS_E2E_PROGRAM_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/child_process.h"

namespace fleet::e2e {

// Not thread-safe.
class Program {
 public:
  struct Result {
    int code = 0;  // exit code, or 128 + the signal that ended it
    std::string out;
    std::string err;
  };

  // Starts argv[0], looked up in PATH, with standard input from the file `input` (empty: nothing). Its outputs go to
  // files in `directory`. Throws std::runtime_error if it cannot be started.
  Program(const std::string& directory, std::vector<std::string> argv, const std::string& input = "");

  // Both give what it has written so far.
  std::string Out() const;
  std::string Err() const;
  void Signal(int signal) { process_->Signal(signal); }
  bool IsRunning() { return process_->IsRunning(); }
  // Throws std::runtime_error if it still runs after `limit`.
  Result Wait(absl::Duration limit = absl::Seconds(60));

 private:
  std::string name_;
  std::string out_file_;
  std::string err_file_;
  std::unique_ptr<testing::ChildProcess> process_;
};

// Starts it and waits for its end.
Program::Result RunProgram(const std::string& directory, std::vector<std::string> argv, const std::string& input = "");

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_PROGRAM_H_
