// What there is, and is not, of an attempt's log. Nothing here is sanitised.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_LOG_SUMMARY_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_LOG_SUMMARY_H_

#include <string>

#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// Why there is no log of what stands in `state`: "No log was kept.", "None yet: running."
std::string DescribeMissingLog(v1::TaskState state);

// That a log is not of the attempt that `task` is at: it goes on, or waits for another. Empty if it is.
std::string DescribeOlderLog(const v1::Task& task);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_LOG_SUMMARY_H_
