// What came of one repository, in words.
#ifndef FLEET_CLI_FLEETCTL_TASK_SUMMARY_H_
#define FLEET_CLI_FLEETCTL_TASK_SUMMARY_H_

#include <string>

#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// The pull request, else "branch@commit", else "category: message" (with the time of the next try, if there is one),
// else empty. Not sanitised.
std::string DescribeResult(const v1::Task& task);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_TASK_SUMMARY_H_
