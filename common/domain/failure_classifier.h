// From what an executor saw to the reason for a failure: one pure function, for every failure of an attempt.
#ifndef FLEET_COMMON_DOMAIN_FAILURE_CLASSIFIER_H_
#define FLEET_COMMON_DOMAIN_FAILURE_CLASSIFIER_H_

#include "absl/strings/string_view.h"
#include "common/domain/failure.h"

namespace fleet::domain {

// Where in an attempt it happened.
enum class FailureStage {
  kPrepare,      // directories and files of the task
  kClone,        // git asks and fetches from the forge
  kCheckout,     // git makes the working tree
  kStep,         // a step is started and runs
  kCommit,       // git commits what the steps changed
  kPush,         // git pushes it
  kPullRequest,  // the forge is asked for a pull request
  kReport,       // the service is told
};

// "clone", "pull request": for messages.
absl::string_view StageName(FailureStage stage);

// What was seen. Fields that were not seen keep their defaults.
struct FailureEvidence {
  FailureStage stage = FailureStage::kPrepare;
  // The attempt as a whole.
  bool runner_lost = false;
  bool given_back = false;
  bool deadline_passed = false;
  bool queued_too_long = false;
  bool task_timed_out = false;
  bool step_timed_out = false;
  bool report_refused = false;  // the service refused to store what the runner reported
  // Of our own machinery.
  bool supervisor_killed = false;  // the process that watches over a step or over git
  int system_error = 0;            // errno of a call of our own
  // Of the program that ran, a step or git.
  FailureCategory stated = FailureCategory::kNone;  // what a step says of itself in FLEET_OUTPUT
  bool bad_output = false;                          // FLEET_OUTPUT cannot be used
  int exit_code = 0;
  int signal = 0;                 // that ended it, unless it was ours
  absl::string_view git_text;     // what git (LC_ALL=C) and the far side wrote to stderr
  absl::string_view push_report;  // what "git push --porcelain" says of the branch: "[remote rejected] (hook declined)"
};

// The signal of which a shell tells with this exit code, 128 + signal; 0 if it tells of none. SIGHUP is none: git exits
// with 129 when it is called wrongly; nor are signals that end nothing, or that no program is ended by unasked.
int SignalOfExitCode(int exit_code);

// What says more wins over what it entails: a lost runner over all, time over how the program then ended, what a step
// says over its exit code, that over a wrong FLEET_OUTPUT. Evidence of nothing gives kUnknown.
FailureReason ClassifyFailure(const FailureEvidence& evidence);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_FAILURE_CLASSIFIER_H_
