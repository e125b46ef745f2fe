#include "workers/task_runner/git_failure.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "workers/task_runner/redact_credentials.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

struct Symptom {
  absl::string_view text;  // lower case
  v1::FailureCategory category;
};

// The first that occurs decides. Causes come before their consequences: almost every failure of the far side ends in
// "the remote end hung up unexpectedly", so network comes last.
constexpr Symptom kSymptoms[] = {
    {"no space left on device", v1::FAILURE_CATEGORY_COMPUTE},
    {"disk quota exceeded", v1::FAILURE_CATEGORY_COMPUTE},
    {"cannot allocate memory", v1::FAILURE_CATEGORY_COMPUTE},
    {"out of memory", v1::FAILURE_CATEGORY_COMPUTE},
    {"cannot fork", v1::FAILURE_CATEGORY_COMPUTE},
    {"unable to fork", v1::FAILURE_CATEGORY_COMPUTE},
    {"resource temporarily unavailable", v1::FAILURE_CATEGORY_COMPUTE},
    {"too many open files", v1::FAILURE_CATEGORY_COMPUTE},

    {"(stale info)", v1::FAILURE_CATEGORY_CONCURRENCY},
    {"cannot lock ref", v1::FAILURE_CATEGORY_CONCURRENCY},
    {"failed to update ref", v1::FAILURE_CATEGORY_CONCURRENCY},
    {"reference already exists", v1::FAILURE_CATEGORY_CONCURRENCY},
    {"incorrect old value provided", v1::FAILURE_CATEGORY_CONCURRENCY},

    {"hook declined", v1::FAILURE_CATEGORY_GUARDRAIL},
    {"protected branch", v1::FAILURE_CATEGORY_GUARDRAIL},
    {"push declined", v1::FAILURE_CATEGORY_GUARDRAIL},
    {"rule violations", v1::FAILURE_CATEGORY_GUARDRAIL},

    {"authentication failed", v1::FAILURE_CATEGORY_AUTH},
    {"could not read username", v1::FAILURE_CATEGORY_AUTH},
    {"could not read password", v1::FAILURE_CATEGORY_AUTH},
    {"unable to read askpass response", v1::FAILURE_CATEGORY_AUTH},
    {"permission denied (", v1::FAILURE_CATEGORY_AUTH},
    {"returned error: 401", v1::FAILURE_CATEGORY_AUTH},
    {"returned error: 403", v1::FAILURE_CATEGORY_AUTH},
    {"access denied", v1::FAILURE_CATEGORY_AUTH},
    {"permission to ", v1::FAILURE_CATEGORY_AUTH},
    {"not granted", v1::FAILURE_CATEGORY_AUTH},
    {"insufficient permission", v1::FAILURE_CATEGORY_AUTH},
    {"you are not allowed", v1::FAILURE_CATEGORY_AUTH},

    {"repository not found", v1::FAILURE_CATEGORY_CONFIG},
    {"' not found", v1::FAILURE_CATEGORY_CONFIG},
    {"returned error: 404", v1::FAILURE_CATEGORY_CONFIG},
    {"returned error: 410", v1::FAILURE_CATEGORY_CONFIG},
    {"does not exist", v1::FAILURE_CATEGORY_CONFIG},
    {"does not appear to be a git repository", v1::FAILURE_CATEGORY_CONFIG},
    {"couldn't find remote ref", v1::FAILURE_CATEGORY_CONFIG},
    {"dubious ownership", v1::FAILURE_CATEGORY_CONFIG},
    {"host key verification failed", v1::FAILURE_CATEGORY_CONFIG},
    {"unable to find remote helper", v1::FAILURE_CATEGORY_CONFIG},
    {"is not a git command", v1::FAILURE_CATEGORY_CONFIG},
    {"bad config", v1::FAILURE_CATEGORY_CONFIG},
    {"certificate", v1::FAILURE_CATEGORY_CONFIG},
    {"shallow update not allowed", v1::FAILURE_CATEGORY_CONFIG},
    {"dumb http transport", v1::FAILURE_CATEGORY_CONFIG},
    {"' not allowed", v1::FAILURE_CATEGORY_CONFIG},

    {"could not resolve host", v1::FAILURE_CATEGORY_NETWORK},
    {"name resolution", v1::FAILURE_CATEGORY_NETWORK},
    {"failed to connect", v1::FAILURE_CATEGORY_NETWORK},
    {"couldn't connect", v1::FAILURE_CATEGORY_NETWORK},
    {"connect to host", v1::FAILURE_CATEGORY_NETWORK},
    {"connection refused", v1::FAILURE_CATEGORY_NETWORK},
    {"connection timed out", v1::FAILURE_CATEGORY_NETWORK},
    {"connection reset", v1::FAILURE_CATEGORY_NETWORK},
    {"connection closed", v1::FAILURE_CATEGORY_NETWORK},
    {"connection was closed", v1::FAILURE_CATEGORY_NETWORK},
    {"operation timed out", v1::FAILURE_CATEGORY_NETWORK},
    {"operation too slow", v1::FAILURE_CATEGORY_NETWORK},
    {"network is unreachable", v1::FAILURE_CATEGORY_NETWORK},
    {"no route to host", v1::FAILURE_CATEGORY_NETWORK},
    {"returned error: 429", v1::FAILURE_CATEGORY_NETWORK},
    {"returned error: 5", v1::FAILURE_CATEGORY_NETWORK},
    {"empty reply from server", v1::FAILURE_CATEGORY_NETWORK},
    {"gnutls_handshake() failed", v1::FAILURE_CATEGORY_NETWORK},
    {"gnutls recv error", v1::FAILURE_CATEGORY_NETWORK},
    {"ssl_error_syscall", v1::FAILURE_CATEGORY_NETWORK},
    {"transfer closed", v1::FAILURE_CATEGORY_NETWORK},
    {"rpc failed", v1::FAILURE_CATEGORY_NETWORK},
    {"unexpected disconnect", v1::FAILURE_CATEGORY_NETWORK},
    {"early eof", v1::FAILURE_CATEGORY_NETWORK},
    {"hung up unexpectedly", v1::FAILURE_CATEGORY_NETWORK},
};

std::string LastLines(absl::string_view output) {
  constexpr std::size_t kLines = 6;
  std::vector<absl::string_view> lines;
  for (absl::string_view line : absl::StrSplit(output, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    line = absl::StripAsciiWhitespace(line);
    if (!absl::StartsWith(line, "hint:") && line != "Done") lines.push_back(line);
  }
  if (lines.size() > kLines) lines.erase(lines.begin(), lines.end() - kLines);
  return absl::StrJoin(lines, "; ");
}

}  // namespace

absl::Status ClassifyGitFailure(absl::string_view operation, absl::string_view output) {
  const std::string lower = absl::AsciiStrToLower(output);
  v1::FailureCategory category = v1::FAILURE_CATEGORY_UNKNOWN;
  for (const Symptom& symptom : kSymptoms) {
    if (absl::StrContains(lower, symptom.text)) {
      category = symptom.category;
      break;
    }
  }
  const absl::string_view verdict =
      category == v1::FAILURE_CATEGORY_CONCURRENCY ? " failed, another attempt pushed: " : " failed: ";
  return TaskFailure(category, absl::StrCat(operation, verdict, RedactCredentials(LastLines(output))));
}

}  // namespace fleet::runner
