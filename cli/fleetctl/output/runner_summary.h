// A runner in words. What it or its operator says is sanitised.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_RUNNER_SUMMARY_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_RUNNER_SUMMARY_H_

#include <string>

#include "cli/fleetctl/output/terminal.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::cli {

// "build-7 (192.0.2.7)"; what is not known is left out.
std::string DescribePlace(const v1::Runner& runner);
// "2s ago".
std::string DescribeHeartbeat(const v1::Runner& runner);

// The picture that `runner show` begins with, a line each.
std::string SummarizeRunner(const v1::Runner& runner, const Terminal& terminal);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_RUNNER_SUMMARY_H_
