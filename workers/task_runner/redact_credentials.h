// Keeps secrets in URLs out of logs and reports.
#ifndef FLEET_WORKERS_TASK_RUNNER_REDACT_CREDENTIALS_H_
#define FLEET_WORKERS_TASK_RUNNER_REDACT_CREDENTIALS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::runner {

// `text` with user names, passwords and tokens in URLs ("scheme://user:secret@host") replaced by "***".
std::string RedactCredentials(absl::string_view text);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_REDACT_CREDENTIALS_H_
