// What `doctor` says, for people and for programs.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_DOCTOR_REPORT_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_DOCTOR_REPORT_H_

#include <ostream>
#include <string>
#include <vector>

#include "cli/fleetctl/commands/system_findings.h"
#include "cli/fleetctl/commands/system_inquiry.h"
#include "cli/fleetctl/output/terminal.h"

namespace fleet::cli {

struct DoctorReport {
  std::string version;  // of this program
  std::vector<ServerAnswer> answers;
  std::vector<Finding> findings;
};

// Asks, and examines what was answered.
DoctorReport MakeDoctorReport(CommandContext& context);

// Texts of others are sanitised.
void PrintDoctorReport(const DoctorReport& report, const Terminal& terminal, std::ostream& out);

// {"version", "ok", "findings": [{"kind", "what", "remedy"}], "servers": [{"address", "reachable", "error",
// "round_trip_seconds", "clock_difference_seconds", "system"}]}; "system" is a GetSystemStatusResponse.
std::string DoctorReportAsJson(const DoctorReport& report);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_DOCTOR_REPORT_H_
