#include "cli/fleetctl/commands/repo_import_command.h"

#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using RepoImportCommandTest = FleetctlTest;

TEST_F(RepoImportCommandTest, RepositoriesAreImportedAndListed) {
  answers_.import_repositories = [](const v1::ImportRepositoriesRequest& request,
                                    v1::ImportRepositoriesResponse& response) {
    EXPECT_EQ(request.repositories(0).clone_url(), "https://h/shop");
    response.set_created_count(request.repositories_size());
    return absl::OkStatus();
  };
  answers_.list_repositories = [](const v1::ListRepositoriesRequest&, v1::ListRepositoriesResponse& response) {
    v1::Repository& repository = *response.add_repositories();
    repository.set_repo("acme/shop");
    repository.set_clone_url("https://h/shop");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"repo", "import", "-"}, "acme/shop,https://h/shop\n"), 0);
  EXPECT_EQ(out_, "Imported 1 repository: 1 new, 0 changed, 0 unchanged\n");
  EXPECT_EQ(Run({"repo", "list"}), 0);
  EXPECT_EQ(out_,
            "REPO\tDEFAULT_BRANCH\tCLONE_URL\n"
            "acme/shop\t—\thttps://h/shop\n");
}

}  // namespace
}  // namespace fleet::cli
