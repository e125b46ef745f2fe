#include "cli/fleetctl/fleetctl.h"

#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(FleetctlTest, WatchGivesFiveForAnyOtherEnd) {
  for (const v1::FleetState state :
       {v1::FLEET_STATE_PARTIAL_FAILURE, v1::FLEET_STATE_FAILED, v1::FLEET_STATE_CANCELLED}) {
    AnswerSubmit(state, 4, 8);
    EXPECT_EQ(Run({"watch", kFleetId}), 5);
  }
}

TEST_F(FleetctlTest, WatchListsFailuresWithTheirReasons) {
  AnswerSubmit(v1::FLEET_STATE_PARTIAL_FAILURE, 10, 2);
  EXPECT_EQ(Run({"watch", kFleetId}), 5);
  EXPECT_THAT(out_, HasSubstr("acme/repo2  FAILED  1        agent: step \"check\" exited with 1\n"));
  EXPECT_THAT(out_, Not(HasSubstr("more:")));
}

TEST_F(FleetctlTest, WatchListsTheFirstTwentyFailures) {
  AnswerSubmit(v1::FLEET_STATE_FAILED, 0, 50);
  EXPECT_EQ(Run({"watch", kFleetId}), 5);
  EXPECT_THAT(out_, HasSubstr("acme/repo20 "));
  EXPECT_THAT(out_, Not(HasSubstr("acme/repo21 ")));
  EXPECT_THAT(
      out_, HasSubstr(std::string("and 30 more: fleetctl tasks ") + kFleetId + " --state failed --state timed-out\n"));
}

TEST_F(FleetctlTest, CtrlCStopsWatchingAndSaysHowToGoOn) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  answers_.watch_fleet = [this](grpc::ServerContext& context, const v1::WatchFleetRequest&, WatchWriter& writer) {
    v1::WatchFleetResponse message;
    *message.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2);
    writer.Write(message);
    interruption_.Raise(SIGINT);
    Interruption never;
    while (!context.IsCancelled()) never.SleepFor(absl::Milliseconds(5));
    return grpc::Status::CANCELLED;
  };
  FakeServer server(answers_);
  EXPECT_EQ(RunAt("", {"watch", kFleetId, "--server", server.address()}), 130);
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl watch ") + kFleetId + " --server " + server.address() + "\n"));
  EXPECT_THAT(err_, Not(HasSubstr("error")));
}

TEST_F(FleetctlTest, WatchOfAnUnknownFleetEndsAtOnce) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    return absl::NotFoundError("there is no such fleet");
  };
  EXPECT_EQ(Run({"watch", kFleetId}), 1);
  EXPECT_EQ(err_, "error: there is no such fleet\n");
}

TEST_F(FleetctlTest, StatusOfAFailedFleetIsStillZero) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_FAILED, 9, 0, 12);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"status", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("State         FAILED\n"));
  EXPECT_EQ(Run({"status", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["fleet"]["rollup"]["states"]["failed"], 12);
}

TEST_F(FleetctlTest, ErrorsInJsonAreJsonOnStandardError) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    return absl::NotFoundError("there is no such fleet");
  };
  EXPECT_EQ(Run({"status", kFleetId, "-o", "json"}), 1);
  EXPECT_EQ(out_, "");
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "NOT_FOUND");
}

TEST_F(FleetctlTest, TasksReadsEveryPageAlsoBehindEmptyOnes) {
  answers_.list_fleet_tasks = [](const v1::ListFleetTasksRequest& request, v1::ListFleetTasksResponse& response) {
    if (request.page_token().empty()) {
      response.set_next_page_token("b");
    } else if (request.page_token() == "b") {
      *response.add_tasks() = MakeTask(1, "acme/shop", v1::TASK_STATE_COMPLETED);
      response.set_next_page_token("c");
    } else {
      *response.add_tasks() = MakeTask(2, "acme/web", v1::TASK_STATE_FAILED);
    }
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"tasks", kFleetId}), 0);
  EXPECT_EQ(
      out_,
      "ORDINAL  REPO       STATE      OUTCOME        ATTEMPT  COST  DURATION  RESULT\n"
      "1        acme/shop  COMPLETED  branch pushed  1        —     —         "
      "fleet/01jz0000000000000000000000@0123456789ab\n"
      "2        acme/web   FAILED     —              1        —     —         agent: step \"check\" exited with 1\n");
  EXPECT_EQ(Run({"tasks", kFleetId, "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["tasks"].size(), 2U);
}

TEST_F(FleetctlTest, AListThatDoesNotGoOnIsAnError) {
  answers_.list_fleet_tasks = [](const v1::ListFleetTasksRequest&, v1::ListFleetTasksResponse& response) {
    response.set_next_page_token("again");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"tasks", kFleetId}), 1);
  EXPECT_THAT(err_, HasSubstr("does not go on"));
}

TEST_F(FleetctlTest, ListStopsAtItsLimit) {
  answers_.list_fleets = [](const v1::ListFleetsRequest& request, v1::ListFleetsResponse& response) {
    EXPECT_EQ(request.creator(), "bob");
    EXPECT_EQ(request.page_size(), 3);
    *response.add_fleets() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
    *response.add_fleets() = MakeFleet(v1::FLEET_STATE_FAILED, 1);
    response.set_next_page_token(request.page_token() + "x");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"list", "--creator", "bob", "--limit", "3", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["fleets"].size(), 3U);
}

TEST_F(FleetctlTest, LogsAreSanitisedAndEndWithTheReason) {
  answers_.get_fleet_task = [](const v1::GetFleetTaskRequest& request, v1::GetFleetTaskResponse& response) {
    EXPECT_EQ(request.repo(), "acme/shop");
    *response.mutable_task() = MakeTask(1, "acme/shop", v1::TASK_STATE_FAILED);
    response.set_log_tail(
        "\x1b[31mred\x1b[0m\n\x1b]0;title\x07"
        "last line");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_, "red\nlast line\nacme/shop: FAILED, attempt 1, agent: step \"check\" exited with 1\n");
}

TEST_F(FleetctlTest, RepositoriesAreImportedAndListed) {
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
            "REPO       DEFAULT_BRANCH  CLONE_URL\n"
            "acme/shop  —               https://h/shop\n");
}

TEST_F(FleetctlTest, WorkflowsAreAppliedListedAndShown) {
  v1::Workflow stored;
  answers_.apply_workflow = [&stored](const v1::ApplyWorkflowRequest& request, v1::ApplyWorkflowResponse& response) {
    stored = request.workflow();
    *response.mutable_workflow() = stored;
    response.set_created(true);
    return absl::OkStatus();
  };
  answers_.get_workflow = [&stored](const v1::GetWorkflowRequest&, v1::GetWorkflowResponse& response) {
    *response.mutable_workflow() = stored;
    return absl::OkStatus();
  };
  answers_.list_workflows = [&stored](const v1::ListWorkflowsRequest&, v1::ListWorkflowsResponse& response) {
    *response.add_workflows() = stored;
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"workflow", "apply", "-"},
                "workflow: a/b-v1\nversion: 1.0.0\ntitle: Say it\nsteps: [{name: say, command: [echo, hi]}]\n"),
            0);
  EXPECT_EQ(out_, "a/b-v1@1.0.0 applied\n");
  EXPECT_EQ(Run({"workflow", "list"}), 0);
  EXPECT_THAT(out_, HasSubstr("a/b-v1    1.0.0    1      1970-01-01 00:00:00Z  Say it\n"));
  EXPECT_EQ(Run({"workflow", "get", "a/b-v1"}), 0);
  EXPECT_THAT(out_, HasSubstr("workflow: a/b-v1\nversion: 1.0.0\ntitle: Say it\n"));
}

TEST_F(FleetctlTest, VersionAsksNoServer) {
  ClosedPort closed;
  EXPECT_EQ(RunAt(closed.address(), {"version"}), 0);
  EXPECT_THAT(out_, StartsWith("fleetctl "));
}

TEST_F(FleetctlTest, WrongUsageGoesToStandardError) {
  EXPECT_EQ(Run({"status"}), 2);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, StartsWith("error: "));
}

TEST_F(FleetctlTest, AFullDiskIsAnError) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Environment environment{in, out, err, Terminal(), "", "alice", interruption_, Clock::System(), RetryPolicy()};
  EXPECT_EQ(RunFleetctl({"fleetctl", "version"}, environment), 1);
  EXPECT_THAT(err.str(), HasSubstr("standard output cannot be written"));
}

}  // namespace
}  // namespace fleet::cli
