#include "cli/fleetctl/commands/repo_list_command.h"

#include "absl/functional/function_ref.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/table_writer.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "fleet/v1/catalog_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using CatalogStub = v1::CatalogService::Stub;

absl::Status ReadRepositories(CommandContext& context,
                              absl::FunctionRef<bool(const v1::ListRepositoriesResponse&)> take) {
  v1::ListRepositoriesRequest request;
  request.set_page_size(domain::kMaxPageSize);
  return ReadPages<v1::CatalogService, CatalogStub, v1::ListRepositoriesRequest, v1::ListRepositoriesResponse>(
      context.client, &CatalogStub::ListRepositories, request, take);
}

absl::Status PrintRepositoryTable(CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal, {"REPO", "DEFAULT_BRANCH", "CLONE_URL"});
  return ReadRepositories(context, [&](const v1::ListRepositoriesResponse& page) {
    for (const v1::Repository& repository : page.repositories()) {
      table.Add({repository.repo(), repository.default_branch(), repository.clone_url()});
    }
    table.Flush();
    return context.environment.out.good();
  });
}

absl::Status PrintRepositoryJson(CommandContext& context) {
  JsonListWriter json(context.environment.out, "repositories");
  FLEET_RETURN_IF_ERROR(ReadRepositories(context, [&](const v1::ListRepositoriesResponse& page) {
    for (const v1::Repository& repository : page.repositories()) json.Add(repository);
    return context.environment.out.good();
  }));
  json.Finish();
  return absl::OkStatus();
}

}  // namespace

CommandHelp RepoListCommand::Help() const {
  return {"List registered repositories", R"(
Example:
  fleetctl repo list -o json
)"};
}

absl::StatusOr<int> RepoListCommand::Run(CommandContext& context) const {
  FLEET_RETURN_IF_ERROR(context.json() ? PrintRepositoryJson(context) : PrintRepositoryTable(context));
  return 0;
}

}  // namespace fleet::cli
