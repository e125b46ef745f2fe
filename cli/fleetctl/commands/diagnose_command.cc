#include "cli/fleetctl/commands/diagnose_command.h"

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/diagnosis.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/output/bundle_writer.h"
#include "cli/fleetctl/output/shell_quote.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {
namespace {

constexpr int32_t kUsualRepositories = 20;
constexpr int32_t kMostRepositories = 1000;

void PrintBundle(const BundleWriter& bundle, const Diagnosis& diagnosis, CommandContext& context) {
  std::ostream& out = context.environment.out;
  if (context.json()) {
    const nlohmann::json json = {
        {"path", bundle.path()}, {"files", bundle.names()}, {"problems", diagnosis.problems()}};
    out << json.dump(1, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  out << "Wrote " << Plural(static_cast<int64_t>(bundle.names().size()), "file", "files") << " to "
      << SanitizeLine(bundle.path()) << "\n";
  for (const std::string& problem : diagnosis.problems()) {
    context.environment.err << "not in it: " << SanitizeLine(problem) << "\n";
  }
  context.environment.err << "Look at it, then pack it with: "
                          << ShellQuote({"tar", "czf", absl::StrCat(bundle.path(), ".tar.gz"), bundle.path()}) << "\n";
}

}  // namespace

CommandHelp DiagnoseCommand::Help() const {
  return {"Write all that is known of a fleet into a folder, to attach to a report", R"(
Status, what it waits for, failures, attempts and logs of repositories that failed or are under way, limits, what
operators did, runners, and what `doctor` says. Values of parameters, credentials in URLs and what commonly looks like a
secret are written as ***; nobody but you can read the folder. Look at it before you pass it on.

Examples:
  fleetctl diagnose @latest
  fleetctl diagnose 01JZ0000000000000000000000 --out report --repositories 5
)"};
}

void DiagnoseCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Text("--out", options_.out, "The folder to make; default: fleet-FLEET-diagnosis").TypeName("PATH");
  options.Number("--repositories", options_.repositories, 0, kMostRepositories,
                 "Attempts and logs of so many repositories; default: 20");
}

absl::StatusOr<int> DiagnoseCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  // Nothing is written for a fleet that there is not.
  FLEET_ASSIGN_OR_RETURN(const v1::GetFleetResponse fleet,
                         context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleet, request));
  const std::string path = options_.out.empty() ? absl::StrCat("fleet-", fleet_id, "-diagnosis") : options_.out;
  FLEET_ASSIGN_OR_RETURN(BundleWriter bundle, BundleWriter::Create(path));
  Diagnosis diagnosis(context, bundle, options_.repositories.value_or(kUsualRepositories));
  FLEET_RETURN_IF_ERROR(diagnosis.Collect(fleet));
  PrintBundle(bundle, diagnosis, context);
  return 0;
}

}  // namespace fleet::cli
