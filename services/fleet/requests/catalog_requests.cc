#include "services/fleet/requests/catalog_requests.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"
#include "common/rpc/proto_time.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {

absl::Status ValidateImportRepositories(const v1::ImportRepositoriesRequest& request) {
  Violations violations;
  CheckCount("repositories", request.repositories_size(), domain::kMaxTargets, violations);
  RepoSet repos(request.repositories_size());
  for (int i = 0; i < request.repositories_size(); ++i) {
    const v1::Repository& repository = request.repositories(i);
    repos.Check("repositories", i, repository.repo(), violations);
    const std::string field = absl::StrCat("repositories[", i, "]");
    violations.AddProblem(field + ".clone_url", domain::CloneUrlProblem(repository.clone_url()));
    violations.AddProblem(field + ".default_branch", domain::DefaultBranchProblem(repository.default_branch()));
  }
  return violations.ToStatus();
}

std::vector<store::RepositoryRecord> ToRepositories(const v1::ImportRepositoriesRequest& request) {
  std::vector<store::RepositoryRecord> repositories;
  repositories.reserve(static_cast<std::size_t>(request.repositories_size()));
  for (const v1::Repository& repository : request.repositories()) {
    repositories.push_back({repository.repo(), repository.clone_url(), repository.default_branch(), {}, {}});
  }
  return repositories;
}

void ToProto(const store::RepositoryRecord& record, v1::Repository& proto) {
  proto.set_repo(record.repo);
  proto.set_clone_url(record.clone_url);
  proto.set_default_branch(record.default_branch);
  *proto.mutable_create_time() = rpc::ToProtoTime(record.created_at);
  *proto.mutable_update_time() = rpc::ToProtoTime(record.updated_at);
}

}  // namespace fleet::service
