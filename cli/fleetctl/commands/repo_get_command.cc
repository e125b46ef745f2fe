#include "cli/fleetctl/commands/repo_get_command.h"

#include "absl/strings/string_view.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {
namespace {

void PrintRepository(const v1::Repository& repository, std::ostream& out) {
  const absl::string_view branch = repository.default_branch();
  out << "Repository      " << SanitizeLine(repository.repo()) << "\n"
      << "Clone URL       " << SanitizeLine(repository.clone_url()) << "\n"
      << "Default branch  " << (branch.empty() ? "the remote's own" : SanitizeLine(branch)) << "\n"
      << "Registered      " << FormatTime(repository.create_time()) << "\n"
      << "Last changed    " << FormatTime(repository.update_time()) << "\n";
}

}  // namespace

CommandHelp RepoGetCommand::Help() const {
  return {"Show one registered repository", R"(
Example:
  fleetctl repo get acme/shop
)"};
}

void RepoGetCommand::AddOptions(OptionAdder& options) { options.Repo(options_.repo).Required(); }

absl::StatusOr<int> RepoGetCommand::Run(CommandContext& context) const {
  v1::GetRepositoryRequest request;
  request.set_repo(options_.repo);
  FLEET_ASSIGN_OR_RETURN(const v1::GetRepositoryResponse response,
                         context.client.Call<v1::CatalogService>(&v1::CatalogService::Stub::GetRepository, request));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
  } else {
    PrintRepository(response.repository(), context.environment.out);
  }
  return 0;
}

}  // namespace fleet::cli
