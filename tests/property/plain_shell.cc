#include "tests/property/plain_shell.h"

#include <cstddef>

#include "absl/time/time.h"
#include "workers/task_runner/output_tail.h"

namespace fleet::testing {
namespace {

constexpr std::size_t kMaxOutput = 16 << 20;

}  // namespace

ShellResult PlainShell::Run(const std::string& directory, const std::string& script,
                            const std::map<std::string, std::string>& environment) const {
  runner::ProcessSpec spec;
  spec.argv = {"/bin/sh", "-c", script};
  spec.environment = environment;
  spec.environment.insert({{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                           {"HOME", home_},
                           {"LC_ALL", "C"},
                           {"GIT_CONFIG_NOSYSTEM", "1"},
                           {"GIT_ATTR_NOSYSTEM", "1"}});
  spec.working_directory = directory;
  spec.timeout = absl::Minutes(1);
  runner::OutputTail output(kMaxOutput);
  runner::OutputTail errors;
  const auto result = subprocess_.Run(spec, stop_, output, &errors);
  if (!result.ok()) return {false, "", result.status().ToString()};
  return {result->succeeded(), output.Text(), errors.Text()};
}

}  // namespace fleet::testing
