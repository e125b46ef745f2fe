#include "cli/fleetctl/commands/repo_delete_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using RepoDeleteCommandTest = FleetctlTest;

TEST_F(RepoDeleteCommandTest, SaysWhatWasDeleted) {
  answers_.delete_repository = [](const v1::DeleteRepositoryRequest& request, v1::DeleteRepositoryResponse& response) {
    EXPECT_EQ(request.repo(), "acme/shop");
    response.mutable_repository()->set_repo("Acme/Shop");
    response.mutable_repository()->set_clone_url("https://h/shop");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"repo", "delete", "acme/shop"}), 0);
  EXPECT_EQ(out_, "Deleted Acme/Shop, which was cloned from https://h/shop\n");
  EXPECT_EQ(Run({"repo", "delete", "acme/shop", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["repository"]["repo"], "Acme/Shop");
}

}  // namespace
}  // namespace fleet::cli
