#include "cli/fleetctl/commands/repo_delete_command.h"

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp RepoDeleteCommand::Help() const {
  return {"Take a repository from the catalog: no new fleet can have it", R"(
Fleets that have it go on, and their retries too: what is queued is cloned from where the repository was registered
last. To stop work there, cancel it. Nothing is deleted on the remote. It can be imported again.

Example:
  fleetctl repo delete acme/shop
)"};
}

void RepoDeleteCommand::AddOptions(OptionAdder& options) { options.Repo(options_.repo).Required(); }

absl::StatusOr<int> RepoDeleteCommand::Run(CommandContext& context) const {
  v1::DeleteRepositoryRequest request;
  request.set_repo(options_.repo);
  FLEET_ASSIGN_OR_RETURN(const v1::DeleteRepositoryResponse response,
                         context.client.Call<v1::CatalogService>(&v1::CatalogService::Stub::DeleteRepository, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
  } else {
    out << "Deleted " << SanitizeLine(response.repository().repo()) << ", which was cloned from "
        << SanitizeLine(response.repository().clone_url()) << "\n";
  }
  return 0;
}

}  // namespace fleet::cli
