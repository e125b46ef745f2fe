// What came of one repository, in words.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_TASK_SUMMARY_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_TASK_SUMMARY_H_

#include <string>

#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// The pull request, or the page that compares the branch, or "branch@commit", that it ended with; else "category:
// message" (with the time of the next try, if there is one), and what an earlier generation left there: "branch@commit
// from before". Not sanitised.
std::string DescribeResult(const v1::Task& task);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_TASK_SUMMARY_H_
