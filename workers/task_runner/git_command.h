// Runs git with nothing of the host's: no system or user configuration but the operator's file, no hooks, no prompts,
// no credentials of the environment, only the allowed protocols, no recursion into submodules.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_COMMAND_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_COMMAND_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/domain/failure_classifier.h"
#include "workers/task_runner/output_sink.h"
#include "workers/task_runner/subprocess.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

struct GitSettings {
  std::vector<std::string> protocols = {"https", "ssh"};
  // Absolute path of the operator's git configuration; empty: none.
  std::string config_file;
  // PATH for git and the helpers it starts (ssh, credential helpers); only its absolute entries count.
  std::string path = "/usr/local/bin:/usr/bin:/bin";
};

class GitCommand {
 public:
  struct Call {
    domain::FailureStage stage;
    // After "git". Operands that come from outside stand after "--".
    std::vector<std::string> arguments;
    std::string working_directory;
    // GIT_DIR and the like.
    std::map<std::string, std::string> environment = {};
    // A file for its stdin; empty: nothing.
    std::string input_file = {};
  };

  // `directory` is made for it and must not be writable by others: it is git's HOME and holds its configuration.
  static absl::StatusOr<GitCommand> Make(const Subprocess& subprocess, const GitSettings& settings,
                                         const std::string& directory);

  // The most that Run answers.
  static constexpr std::size_t kMaxAnswer = 1 << 20;

  // What git wrote to stdout, without trailing newlines. Returns a TaskFailure, kBadConfig if that is more than
  // kMaxAnswer, kDeadlineExceeded when the task's time is over, or kCancelled if it was stopped.
  absl::StatusOr<std::string> Run(const Call& call, const WorkBounds& bounds) const;

  // The same, with stdout to `output`, piece by piece, and stderr to `errors` too unless it is null, whether git
  // succeeds or not. Once a sink has enough, git is killed and the failure is kBadConfig; the caller may know better
  // words for what was too much.
  absl::Status Stream(const Call& call, const WorkBounds& bounds, OutputSink& output,
                      OutputSink* errors = nullptr) const;

  const GitSettings& settings() const { return settings_; }

 private:
  GitCommand(const Subprocess& subprocess, GitSettings settings, const std::string& home);

  const Subprocess* subprocess_;
  GitSettings settings_;
  std::map<std::string, std::string> environment_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_COMMAND_H_
