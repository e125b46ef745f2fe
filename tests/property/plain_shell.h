// Runs shell scripts with an environment given in full: for steps, and for git as anybody would call it.
#ifndef FLEET_TESTS_PROPERTY_PLAIN_SHELL_H_
#define FLEET_TESTS_PROPERTY_PLAIN_SHELL_H_

#include <map>
#include <string>
#include <utility>

#include "workers/task_runner/stop_token.h"
#include "workers/task_runner/subprocess.h"

namespace fleet::testing {

struct ShellResult {
  bool succeeded = false;
  std::string output;
  std::string errors;
};

class PlainShell {
 public:
  // The arguments must outlive it. `home` exists.
  PlainShell(const runner::Subprocess& subprocess, const runner::StopToken& stop, std::string home)
      : subprocess_(subprocess), stop_(stop), home_(std::move(home)) {}

  // /bin/sh -c `script`, with nothing of the host's configuration.
  ShellResult Run(const std::string& directory, const std::string& script,
                  const std::map<std::string, std::string>& environment = {}) const;

 private:
  const runner::Subprocess& subprocess_;
  const runner::StopToken& stop_;
  const std::string home_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_PLAIN_SHELL_H_
