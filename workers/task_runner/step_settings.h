// What a runner's operator passes to every step: a proxy, a registry's token, an .npmrc. Names may be told, values not.
#ifndef FLEET_WORKERS_TASK_RUNNER_STEP_SETTINGS_H_
#define FLEET_WORKERS_TASK_RUNNER_STEP_SETTINGS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleet::runner {

// Where the operator keeps it, absolute paths; empty: nothing.
struct StepSettingsFiles {
  // Lines NAME=VALUE, taken as they stand; empty ones and those that begin with "#" do not count. At most 64 KiB.
  std::string environment;
  // A folder whose files every task finds in its HOME: plain files, at most 100, 1 MiB together.
  std::string home;
};

struct StepSettings {
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> home;  // content, by path within HOME
  // What must not be shown: values of variables, and in files what stands after the first "=" of a line or is its last
  // word; from 8 characters on.
  std::vector<std::string> secrets;

  // "NPM_TOKEN, ~/.npmrc"; empty if nothing is passed.
  std::string Names() const;
};

// Reads it anew, so that a token may be changed without a restart. Returns kInvalidArgument, beginning with the flag
// that is wrong and never quoting a value.
absl::StatusOr<StepSettings> ReadStepSettings(const StepSettingsFiles& files);

// Makes the files in `home`, which must exist. Errors as SystemError gives them.
absl::Status WriteHome(const StepSettings& settings, const std::string& home);

// `text` with "***" for each of `secrets`.
std::string MaskSecrets(absl::string_view text, const std::vector<std::string>& secrets);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_STEP_SETTINGS_H_
