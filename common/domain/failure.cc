#include "common/domain/failure.h"

#include <iterator>

namespace fleet::domain {
namespace {

using Category = FailureCategory;
using Reason = FailureReason;

constexpr bool kFinal = false;
constexpr bool kRetried = true;
constexpr bool kCapacity = true;

// In order of numbers: looked up by index.
constexpr FailureKind kKinds[] = {
    {Reason::kRunnerLost, Category::kCompute, "RUNNER_LOST", "Runner lost",
     "Nothing, unless it happens again: then see why the runner died or could not reach the service, and whether this "
     "task kills it.",
     kRetried, kCapacity},
    {Reason::kGivenBack, Category::kCompute, "GIVEN_BACK", "Given back by its runner",
     "Nothing: the runner stopped or had no room, and another one takes the task.", kRetried, kCapacity},
    {Reason::kDiskFull, Category::kCompute, "DISK_FULL", "Runner out of disk",
     "Free or add disk space where the runner keeps its work, or give it fewer slots.", kRetried, kCapacity},
    {Reason::kRateLimited, Category::kNetwork, "RATE_LIMITED", "Rate limited by the forge",
     "Nothing, or lower the fleet's max_concurrency if the forge keeps refusing.", kRetried, kCapacity},
    {Reason::kOutOfMemory, Category::kCompute, "OUT_OF_MEMORY", "Runner out of memory",
     "Give the runner more memory or fewer slots.", kRetried, kCapacity},
    {Reason::kProcessLimit, Category::kCompute, "PROCESS_LIMIT", "Runner out of processes or files",
     "Raise the runner's limits of processes and open files, or give it fewer slots.", kRetried, kCapacity},
    {Reason::kProcessKilled, Category::kCompute, "PROCESS_KILLED", "Runner's process killed",
     "See whether the machine is short of memory, or whether a step kills processes that are not its own.", kRetried},
    {Reason::kRunnerSetup, Category::kConfig, "RUNNER_SETUP", "Runner set up wrongly",
     "Correct the runner that the attempt names: its work directory, its git, its rights; then retry.", kFinal},

    {Reason::kAuthRefused, Category::kAuth, "AUTH_REFUSED", "Credentials refused",
     "Give the runner's git credentials that the forge accepts, then retry.", kFinal},
    {Reason::kPermissionDenied, Category::kAuth, "PERMISSION_DENIED", "Permission missing",
     "Give the runner's account the right to read and push this repository, then retry.", kFinal},
    {Reason::kRepositoryNotFound, Category::kConfig, "REPOSITORY_NOT_FOUND", "Repository not found",
     "Check the clone URL of the repository, and that the runner's account may see it.", kFinal},
    {Reason::kBranchNotFound, Category::kConfig, "BRANCH_NOT_FOUND", "No branch to start from",
     "Correct the repository's default branch, or give the empty repository a first commit.", kFinal},
    {Reason::kHostUnreachable, Category::kNetwork, "HOST_UNREACHABLE", "Forge unreachable",
     "See whether the forge is up, and whether the runner can resolve its name and connect to it.", kRetried},
    {Reason::kRemoteError, Category::kNetwork, "REMOTE_ERROR", "Forge failed",
     "Look at the forge's own status, and retry when it is well.", kRetried},
    {Reason::kPushRaced, Category::kConcurrency, "PUSH_RACED", "Branch moved meanwhile",
     "See who else pushes to the fleet's branch if it happens again.", kRetried},
    {Reason::kPushRefused, Category::kGuardrail, "PUSH_REFUSED", "Push refused by a rule",
     "Satisfy the hook or rule that the message quotes, or exempt the fleet's branches from it.", kFinal},
    {Reason::kBadCertificate, Category::kConfig, "BAD_CERTIFICATE", "Host not trusted",
     "Let the runner know the forge's certificate authority or host key, then retry.", kFinal},
    {Reason::kBadConfig, Category::kConfig, "BAD_CONFIG", "Repository set up wrongly",
     "Correct what the message names: the clone URL, the protocol, the ownership.", kFinal},
    {Reason::kGitFailed, Category::kUnknown, "GIT_FAILED", "git failed", "Read git's own words in the message.",
     kFinal},

    {Reason::kStepFailed, Category::kAgent, "STEP_FAILED", "Step failed",
     "Read the step's log, correct the workflow or the repository, and retry.", kFinal},
    {Reason::kStepKilled, Category::kAgent, "STEP_KILLED", "Step killed by a signal",
     "Read the step's log; after SIGKILL, see whether the step needs more memory than the runner has.", kFinal},
    {Reason::kStepNotFound, Category::kConfig, "STEP_NOT_FOUND", "Step's program missing",
     "Install the program on the runners, or correct the step's command, PATH or file mode.", kFinal},
    {Reason::kBadOutput, Category::kConfig, "BAD_OUTPUT", "Step wrote a wrong result",
     "Correct what the step writes to FLEET_OUTPUT; docs/workflow-format.md describes it.", kFinal},
    {Reason::kTreeBroken, Category::kAgent, "TREE_BROKEN", "Working tree spoilt",
     "Correct the step that removed the working tree or took away the rights to read it.", kFinal},

    {Reason::kStepUnavailable, Category::kNetwork, "STEP_UNAVAILABLE", "Step could not reach something",
     "See whether what the step's log names is up and can be reached from the runner.", kRetried},
    {Reason::kStepShortOfResources, Category::kCompute, "STEP_SHORT_OF_RESOURCES", "Step short of resources",
     "Give the runner what the step's log names, or fewer slots.", kRetried},
    {Reason::kStepNotPermitted, Category::kAuth, "STEP_NOT_PERMITTED", "Step lacks permission",
     "Give the step the credentials or rights that its log names, then retry.", kFinal},
    {Reason::kStepMisconfigured, Category::kConfig, "STEP_MISCONFIGURED", "Step set up wrongly",
     "Correct the workflow, its parameters or the repository as the step's log says, then retry.", kFinal},
    {Reason::kStepConflict, Category::kConcurrency, "STEP_CONFLICT", "Step lost a race",
     "See what else changes the same thing if it happens again.", kRetried},
    {Reason::kStepRefused, Category::kGuardrail, "STEP_REFUSED", "Step refused by a rule",
     "Change the task so that it satisfies the rule that the step's message names.", kFinal},
    {Reason::kStepOutOfTime, Category::kTimeout, "STEP_OUT_OF_TIME", "Step gave up for time",
     "Allow the step more time or turns, or give it less to do.", kFinal},
    {Reason::kStepBlocked, Category::kBlocked, "STEP_BLOCKED", "Step needs something first",
     "Provide what the step's message names: a secret, an approval, a dependency; then retry.", kFinal},

    {Reason::kTaskTimedOut, Category::kTimeout, "TASK_TIMED_OUT", "Task timed out",
     "See in the log what took so long, or give the fleet a longer task timeout.", kFinal},
    {Reason::kStepTimedOut, Category::kTimeout, "STEP_TIMED_OUT", "Step timed out",
     "See in the log what took so long, or give the step a longer timeout.", kFinal},
    {Reason::kDeadlinePassed, Category::kTimeout, "DEADLINE_PASSED", "Deadline passed",
     "Retry what is missing: that runs without a deadline, until fleetctl update gives it a new one.", kFinal},
    {Reason::kQueuedTooLong, Category::kConcurrency, "QUEUED_TOO_LONG", "Queued too long",
     "Raise the limit that the fleet waited on, add runners, or raise the queue age limit; then retry.", kRetried},

    {Reason::kReportRefused, Category::kUnknown, "REPORT_REFUSED", "Result refused by the service",
     "See whether runner and service are of matching versions; the message says what was refused.", kFinal},
    {Reason::kUnknown, Category::kUnknown, "UNKNOWN", "Unknown failure",
     "Read the message and the log, and retry if they name a passing cause.", kFinal},

    {Reason::kChangeNotCarried, Category::kConfig, "CHANGE_NOT_CARRIED", "Change cannot be carried",
     "Change the step, or give the runner what the message names; docs/workflow-format.md says what is not carried.",
     kFinal},
    {Reason::kBranchNotOurs, Category::kGuardrail, "BRANCH_NOT_OURS", "Branch holds foreign commits",
     "Save or merge what the named commit holds, then delete the branch, or retry with --replace-branch to lose it.",
     kFinal},
    {Reason::kBranchNameBlocked, Category::kConfig, "BRANCH_NAME_BLOCKED", "Branch name blocked",
     "Rename or delete the branch that the message names: git keeps no branch beside or below another of its name.",
     kFinal},
    {Reason::kParametersTooLarge, Category::kConfig, "PARAMETERS_TOO_LARGE", "Parameters too large",
     "Make parameters, task text or the environment of the step smaller: a step gets all of them as environment.",
     kFinal},
    {Reason::kBranchIsBase, Category::kConfig, "BRANCH_IS_BASE", "Branch is where work starts",
     "Submit a fleet with another --branch: one that work starts from is not pushed to.", kFinal},
};

// In order of numbers, from kAuth on.
constexpr FailureKind kGeneralKinds[] = {
    {Reason::kUnspecified, Category::kAuth, "AUTH", "Not permitted",
     "Provide the credentials or rights that the message names, then retry.", kFinal},
    {Reason::kUnspecified, Category::kNetwork, "NETWORK", "Network or forge failed",
     "See whether what the message names is up and can be reached from the runner.", kRetried},
    {Reason::kUnspecified, Category::kConcurrency, "CONCURRENCY", "Conflict or concurrency limit",
     "See what else changes the same thing, or raise the limit that the message names.", kRetried},
    {Reason::kUnspecified, Category::kCompute, "COMPUTE", "Machine lost or short of resources",
     "Give the runner what the message names, or fewer slots.", kRetried},
    {Reason::kUnspecified, Category::kAgent, "AGENT", "Work did not succeed",
     "Read the log, correct the workflow or the repository, and retry.", kFinal},
    {Reason::kUnspecified, Category::kGuardrail, "GUARDRAIL", "Refused by a rule",
     "Change the task so that it satisfies the rule that the message names.", kFinal},
    {Reason::kUnspecified, Category::kConfig, "CONFIG", "Set up wrongly",
     "Correct the workflow, repository or runner as the message says, then retry.", kFinal},
    {Reason::kUnspecified, Category::kTimeout, "TIMEOUT", "Out of time",
     "See in the log what took so long, or allow it more time.", kFinal},
    {Reason::kUnspecified, Category::kBlocked, "BLOCKED", "Needs something first",
     "Provide what the message names: a secret, an approval, a dependency; then retry.", kFinal},
    {Reason::kUnspecified, Category::kUnknown, "UNKNOWN", "Unknown failure",
     "Read the message and the log, and retry if they name a passing cause.", kFinal},
};

// The entry numbered `number`, the first being number 1; that numbered `otherwise` if there is no such entry.
template <std::size_t kSize>
constexpr const FailureKind& Find(const FailureKind (&kinds)[kSize], int number, int otherwise) {
  const bool is_known = number >= 1 && static_cast<std::size_t>(number) <= kSize;
  return kinds[static_cast<std::size_t>(is_known ? number : otherwise) - 1];
}

constexpr bool IsInOrder() {
  int number = 0;
  for (const FailureKind& kind : kKinds) {
    if (static_cast<int>(kind.reason) != ++number) return false;
  }
  number = 0;
  for (const FailureKind& kind : kGeneralKinds) {
    if (static_cast<int>(kind.category) != ++number) return false;
  }
  return number + 1 == static_cast<int>(kFailureCategoryCount);
}
static_assert(IsInOrder());

}  // namespace

const FailureKind& KindOf(FailureReason reason) {
  return Find(kKinds, static_cast<int>(reason), static_cast<int>(Reason::kUnknown));
}

const FailureKind& GeneralKindOf(FailureCategory category) {
  return Find(kGeneralKinds, static_cast<int>(category), static_cast<int>(Category::kUnknown));
}

const std::vector<FailureKind>& AllFailureKinds() {
  static const auto& kAll = *new std::vector<FailureKind>(std::begin(kKinds), std::end(kKinds));
  return kAll;
}

bool IsRetryable(FailureCategory category) { return GeneralKindOf(category).retryable; }

}  // namespace fleet::domain
