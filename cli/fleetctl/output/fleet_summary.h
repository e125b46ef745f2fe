// A fleet's picture in words.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_FLEET_SUMMARY_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_FLEET_SUMMARY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "cli/fleetctl/output/terminal.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

// Children that have ended, however they did.
int64_t EndedCount(const v1::Rollup& rollup);
// Children that hold a slot.
int64_t ActiveCount(const v1::Rollup& rollup);

// From acceptance to the end, or to `now`.
absl::Duration Elapsed(const v1::Fleet& fleet, absl::Time now);

// "6 completed, 1 failed, 3 active, 2 queued"; what is zero is left out.
std::string SummarizeCounts(const v1::Rollup& rollup);
// "$0.0123 (known for 6 of 12)"; "—" if it is known for none.
std::string SummarizeCost(const v1::Rollup& rollup);

// Why a fleet waits: the service's words, sanitised, or ours if it has none.
std::string DescribeWaiting(const v1::Waiting& waiting);

// A line for each generation: when, by whom, and what was asked.
std::string SummarizeGenerations(const google::protobuf::RepeatedPtrField<v1::FleetGeneration>& generations,
                                 const Terminal& terminal);

// The picture that `status` shows, a line each. Text from the service is sanitised.
// `generation_begin` is that of its present generation, where it is known: the time since then is told apart.
std::string SummarizeFleet(const v1::Fleet& fleet, absl::Time now, const Terminal& terminal,
                           std::optional<absl::Time> generation_begin = std::nullopt);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_FLEET_SUMMARY_H_
