#include "cli/fleetctl/commands/repo_get_command.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

using RepoGetCommandTest = FleetctlTest;

TEST_F(RepoGetCommandTest, ShowsWhatIsRegistered) {
  answers_.get_repository = [](const v1::GetRepositoryRequest& request, v1::GetRepositoryResponse& response) {
    EXPECT_EQ(request.repo(), "acme/shop");
    response.mutable_repository()->set_repo("Acme/Shop");
    response.mutable_repository()->set_clone_url("https://h/shop");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"repo", "get", "acme/shop"}), 0);
  EXPECT_EQ(out_,
            "Repository      Acme/Shop\n"
            "Clone URL       https://h/shop\n"
            "Default branch  the remote's own\n"
            "Registered      1970-01-01 00:00:00Z\n"
            "Last changed    1970-01-01 00:00:00Z\n");
  EXPECT_EQ(Run({"repo", "get", "acme/shop", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["repository"]["clone_url"], "https://h/shop");
}

TEST_F(RepoGetCommandTest, AnUnknownOneIsAnError) {
  answers_.get_repository = [](const v1::GetRepositoryRequest&, v1::GetRepositoryResponse&) {
    return absl::NotFoundError("repository acme/shop is not registered");
  };
  EXPECT_EQ(Run({"repo", "get", "acme/shop"}), 1);
  EXPECT_THAT(err_, HasSubstr("acme/shop is not registered"));
}

}  // namespace
}  // namespace fleet::cli
