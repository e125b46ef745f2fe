// Why something failed, in words. Nothing here is sanitised.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_FAILURE_SUMMARY_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_FAILURE_SUMMARY_H_

#include <string>

#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// "config: the step's program does not exist"; the category or the title alone if the other is missing.
std::string DescribeCause(const v1::Failure& failure);

// "acme/a, acme/b and 3 more".
std::string DescribeSample(const v1::FailureGroup& group);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_FAILURE_SUMMARY_H_
