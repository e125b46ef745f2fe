// Why a child failed: ten categories, the platform's own, and finer reasons, each with words for people and with what
// it means for another try. Enumerators have the numbers of fleet.v1, and are stored as these: never renumber them.
#ifndef FLEET_COMMON_DOMAIN_FAILURE_H_
#define FLEET_COMMON_DOMAIN_FAILURE_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::domain {

enum class FailureCategory {
  kNone = 0,
  kAuth = 1,
  kNetwork = 2,
  kConcurrency = 3,
  kCompute = 4,
  kAgent = 5,
  kGuardrail = 6,
  kConfig = 7,
  kTimeout = 8,
  kBlocked = 9,
  kUnknown = 10,
};
inline constexpr std::size_t kFailureCategoryCount = 11;

enum class FailureReason {
  kUnspecified = 0,
  // The machinery around the work.
  kRunnerLost = 1,
  kGivenBack = 2,
  kDiskFull = 3,
  kRateLimited = 4,
  kOutOfMemory = 5,
  kProcessLimit = 6,
  kProcessKilled = 7,
  kRunnerSetup = 8,
  // The forge, and git.
  kAuthRefused = 9,
  kPermissionDenied = 10,
  kRepositoryNotFound = 11,
  kBranchNotFound = 12,
  kHostUnreachable = 13,
  kRemoteError = 14,
  kPushRaced = 15,
  kPushRefused = 16,
  kBadCertificate = 17,
  kBadConfig = 18,
  kGitFailed = 19,
  // Steps, as their processes ended.
  kStepFailed = 20,
  kStepKilled = 21,
  kStepNotFound = 22,
  kBadOutput = 23,
  kTreeBroken = 24,
  // Steps, as they say themselves: by exit code or in FLEET_OUTPUT.
  kStepUnavailable = 25,
  kStepShortOfResources = 26,
  kStepNotPermitted = 27,
  kStepMisconfigured = 28,
  kStepConflict = 29,
  kStepRefused = 30,
  kStepOutOfTime = 31,
  kStepBlocked = 32,
  // Time.
  kTaskTimedOut = 33,
  kStepTimedOut = 34,
  kDeadlinePassed = 35,
  kQueuedTooLong = 36,
  // The rest.
  kReportRefused = 37,
  kUnknown = 38,
  // The change, and the branch it goes to.
  kChangeNotCarried = 39,
  kBranchNotOurs = 40,
  kBranchNameBlocked = 41,
  // Steps that could not be started.
  kParametersTooLarge = 42,
  // The branch again.
  kBranchIsBase = 43,
};

struct FailureKind {
  FailureReason reason = FailureReason::kUnknown;  // kUnspecified in a general kind
  FailureCategory category = FailureCategory::kUnknown;
  absl::string_view name;    // "RUNNER_LOST"; the category's own in a general kind: "AUTH"
  absl::string_view title;   // a few words: "Runner lost"
  absl::string_view remedy;  // a sentence that says what to do
  bool retryable = false;    // whether another try may help, with nothing changed
  bool capacity = false;     // the work had no chance: uses no try. Implies retryable
};

// kUnspecified and unknown numbers give the kind of kUnknown.
const FailureKind& KindOf(FailureReason reason);
// What holds for a category as a whole, for failures of which only the category is known. kNone and unknown numbers
// give that of kUnknown.
const FailureKind& GeneralKindOf(FailureCategory category);

// Every reason but kUnspecified, in order of numbers.
const std::vector<FailureKind>& AllFailureKinds();

// Whether another try may help after a failure of which only the category is known.
bool IsRetryable(FailureCategory category);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_FAILURE_H_
