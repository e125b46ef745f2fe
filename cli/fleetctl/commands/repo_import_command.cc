#include "cli/fleetctl/commands/repo_import_command.h"

#include <vector>

#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/input/repository_csv.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {

CommandHelp RepoImportCommand::Help() const {
  return {"Register repositories, or change registered ones, from a CSV file; all or nothing", R"(
Columns: repo,clone_url,default_branch. A header is optional and may change their order; then every row has all of its
fields. The default branch may be left out or empty; it is the branch as the remote names it: main, not origin/main.
Fields are separated by commas and quoted as RFC 4180 says. Lines that begin with "#" and rows without any text are
skipped.

Examples:
  fleetctl repo import repositories.csv
  echo 'acme/shop,https://git.example.com/acme/shop.git,main' | fleetctl repo import -
)"};
}

void RepoImportCommand::AddOptions(OptionAdder& options) {
  options.Text("FILE", options_.file, "CSV: repo,clone_url,default_branch; - is stdin")
      .Fills("repositories", OptionField::Holds::kDocument)
      .Required();
}

absl::StatusOr<int> RepoImportCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(options_.file, context));
  FLEET_ASSIGN_OR_RETURN(const std::vector<v1::Repository> repositories, ParseRepositoryCsv(file));
  v1::ImportRepositoriesRequest request;
  request.mutable_repositories()->Assign(repositories.begin(), repositories.end());
  FLEET_ASSIGN_OR_RETURN(
      const v1::ImportRepositoriesResponse response,
      context.client.Call<v1::CatalogService>(&v1::CatalogService::Stub::ImportRepositories, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  out << "Imported " << Plural(request.repositories_size(), "repository", "repositories") << ": "
      << response.created_count() << " new, " << response.updated_count() << " changed, " << response.unchanged_count()
      << " unchanged\n";
  return 0;
}

}  // namespace fleet::cli
