// Errors for people, and for programs with `-o json`.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_ERROR_PRINTER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_ERROR_PRINTER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fleet::cli {

struct ErrorContext {
  // The request id that makes a repetition safe; empty if there is none to keep.
  std::string request_id;
  // What to do next, a line each: sentences or commands.
  std::vector<std::string> next_steps;
};

// "error: message", each violation, the reason if it says more than the code, when to try again, what to do next.
// Sanitised.
std::string DescribeError(const absl::Status& status, const ErrorContext& context);

// One line: {"error": {"code", "reason", "message", "violations", "metadata", "retry_after_seconds", "request_id",
// "next_steps"}}.
std::string DescribeErrorAsJson(const absl::Status& status, const ErrorContext& context);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_ERROR_PRINTER_H_
