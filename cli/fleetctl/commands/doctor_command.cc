#include "cli/fleetctl/commands/doctor_command.h"

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/doctor_report.h"

namespace fleet::cli {

CommandHelp DoctorCommand::Help() const {
  return {"See whether services, database, workers and runners are well, and what to do if not", R"(
Asks every server that --server or FLEET_SERVER names: their versions, clocks and database, which workers and runners
are there, what waits for them. WRONG is what does not work, NOTICE what is worth to know. Changes nothing.

Exit code: 0 nothing is wrong, 1 something is.

Examples:
  fleetctl doctor
  fleetctl doctor --server 127.0.0.1:7070,127.0.0.1:7071 -o json
)"};
}

absl::StatusOr<int> DoctorCommand::Run(CommandContext& context) const {
  const DoctorReport report = MakeDoctorReport(context);
  if (context.environment.interruption.raised()) return absl::CancelledError("interrupted");
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << DoctorReportAsJson(report);
  } else {
    PrintDoctorReport(report, context.terminal, out);
  }
  return AnythingWrong(report.findings) ? 1 : 0;
}

}  // namespace fleet::cli
