// The whole program, but for its process: arguments in, exit code and text out.
#include "cli/fleetctl/fleetctl.h"

#include <csignal>
#include <sstream>
#include <utility>

#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fake_services.h"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class FleetctlTest : public ::testing::Test {
 protected:
  // Against a server with `answers_`.
  int Run(std::vector<std::string> arguments, const std::string& input = "") {
    FakeServer server(answers_);
    return RunAt(server.address(), std::move(arguments), input);
  }

  int RunAt(const std::string& address, std::vector<std::string> arguments, const std::string& input = "") {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Environment environment{in,
                            out,
                            err,
                            Terminal(),
                            address,
                            "alice",
                            interruption_,
                            Clock::System(),
                            RetryPolicy{2, absl::Milliseconds(1), absl::Milliseconds(2)}};
    arguments.insert(arguments.begin(), "fleetctl");
    const int code = RunFleetctl(arguments, environment);
    out_ = out.str();
    err_ = err.str();
    return code;
  }

  // CreateFleet that accepts, WatchFleet that ends in `state`.
  void AnswerSubmit(v1::FleetState state, int completed, int failed) {
    answers_.create_fleet = [this](const v1::CreateFleetRequest& request, v1::CreateFleetResponse& response) {
      created_.push_back(request);
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PENDING, 1);
      return absl::OkStatus();
    };
    answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2);
      return absl::OkStatus();
    };
    answers_.watch_fleet = [=](grpc::ServerContext&, const v1::WatchFleetRequest&, WatchWriter& writer) {
      v1::WatchFleetResponse message;
      *message.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2);
      writer.Write(message);
      *message.mutable_fleet() = MakeFleet(state, 3, completed, failed);
      writer.Write(message);
      return grpc::Status::OK;
    };
    answers_.list_fleet_tasks = [=](const v1::ListFleetTasksRequest& request, v1::ListFleetTasksResponse& response) {
      const bool wants_failed = request.states_size() > 0 && request.states(0) == v1::TASK_STATE_FAILED;
      for (int i = 1; i <= (wants_failed ? failed : completed); ++i) {
        *response.add_tasks() = MakeTask(i, "acme/repo" + std::to_string(i),
                                         wants_failed ? v1::TASK_STATE_FAILED : v1::TASK_STATE_COMPLETED);
      }
      return absl::OkStatus();
    };
  }

  FakeAnswers answers_;
  Interruption interruption_;
  std::string out_;
  std::string err_;
  std::vector<v1::CreateFleetRequest> created_;
};

const std::vector<std::string> kSubmit = {"submit", "--repos-file", "-", "--workflow", "examples/add-license-v1"};

std::vector<std::string> With(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST_F(FleetctlTest, SubmitSendsWhatWasAsked) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--task", "do it", "--param", "k=v", "--max-concurrency", "2", "--task-timeout", "90s",
                               "--max-tries", "4", "--request-id", "r-1"}),
                "acme/shop\nacme/web\n"),
            0);
  ASSERT_EQ(created_.size(), 1U);
  EXPECT_EQ(created_[0].request_id(), "r-1");
  EXPECT_EQ(created_[0].workflow_ref(), "examples/add-license-v1");
  EXPECT_EQ(created_[0].task_description(), "do it");
  EXPECT_EQ(created_[0].parameters().at("k"), "v");
  ASSERT_EQ(created_[0].targets_size(), 2);
  EXPECT_EQ(created_[0].targets(1).repo(), "acme/web");
  EXPECT_EQ(created_[0].policy().max_concurrency(), 2);
  EXPECT_EQ(created_[0].policy().task_timeout().seconds(), 90);
  EXPECT_EQ(created_[0].policy().max_tries(), 4);
  EXPECT_THAT(out_, StartsWith(std::string("Fleet ") + kFleetId + " accepted"));
  EXPECT_THAT(err_, HasSubstr(std::string("fleetctl watch ") + kFleetId));
}

TEST_F(FleetctlTest, SubmitKeepsTheRequestIdThroughRetries) {
  answers_.create_fleet = [this](const v1::CreateFleetRequest& request, v1::CreateFleetResponse& response) {
    created_.push_back(request);
    if (created_.size() == 1) return absl::UnavailableError("the answer was lost");
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_PENDING, 1);
    response.set_replayed(true);
    return absl::OkStatus();
  };
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 0);
  ASSERT_EQ(created_.size(), 2U);
  EXPECT_EQ(created_[0].request_id().size(), 26U);
  EXPECT_EQ(created_[0].request_id(), created_[1].request_id());
  EXPECT_THAT(out_, HasSubstr("had been accepted before"));
}

TEST_F(FleetctlTest, SubmitPrintsHowToRepeatWhenItGivesUp) {
  ClosedPort closed;
  EXPECT_EQ(RunAt(closed.address(), With(kSubmit, {"--task", "it's"}), "acme/shop\n"), 1);
  EXPECT_THAT(err_, HasSubstr("cannot reach fleet-service: " + closed.address()));
  EXPECT_THAT(err_, HasSubstr("request id: "));
  EXPECT_THAT(err_, HasSubstr("fleetctl submit --repos-file - --workflow examples/add-license-v1 --task 'it'\\''s' "
                              "--request-id "));
  EXPECT_EQ(out_, "");
}

TEST_F(FleetctlTest, ARefusedSubmitHasNothingToRepeat) {
  answers_.create_fleet = [](const v1::CreateFleetRequest&, v1::CreateFleetResponse&) {
    ErrorInfo info;
    info.reason = "REPO_NOT_ONBOARDED";
    info.violations = {{"targets[0].repo", "\"acme/shop\" is not registered"}};
    return MakeError(absl::StatusCode::kFailedPrecondition, "1 repository is not registered", info);
  };
  EXPECT_EQ(Run(kSubmit, "acme/shop\n"), 1);
  EXPECT_EQ(err_,
            "error: 1 repository is not registered\n"
            "  targets[0].repo: \"acme/shop\" is not registered\n"
            "  reason: REPO_NOT_ONBOARDED (FAILED_PRECONDITION)\n");
}

TEST_F(FleetctlTest, AMistakeInTheFileReachesNoServer) {
  EXPECT_EQ(Run(kSubmit, "acme/shop\nnonsense\n"), 1);
  EXPECT_THAT(err_, StartsWith("error: <stdin>:2: \"nonsense\""));
}

TEST_F(FleetctlTest, SubmitAndWatchGiveZeroForACompletedFleet) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  EXPECT_EQ(Run(With(kSubmit, {"--watch"}), "acme/shop\n"), 0);
  EXPECT_THAT(out_, HasSubstr("COMPLETED 12/12 (100%): 12 completed\n"));
  EXPECT_THAT(out_, HasSubstr("Branch fleet/01jz0000000000000000000000 was pushed to 12 repositories."));
  EXPECT_THAT(out_, Not(HasSubstr("Failed:")));
}

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

TEST_F(FleetctlTest, WatchAsJsonIsOneObjectALine) {
  AnswerSubmit(v1::FLEET_STATE_PARTIAL_FAILURE, 10, 2);
  EXPECT_EQ(Run(With(kSubmit, {"--watch", "-o", "json"}), "acme/shop\n"), 5);
  std::istringstream lines(out_);
  std::vector<std::string> states;
  for (std::string line; std::getline(lines, line);) {
    states.push_back(nlohmann::json::parse(line)["fleet"]["state"]);
  }
  EXPECT_THAT(states, ElementsAre("FLEET_STATE_PENDING", "FLEET_STATE_RUNNING", "FLEET_STATE_PARTIAL_FAILURE"));
  EXPECT_EQ(err_, "");
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

TEST_F(FleetctlTest, CtrlCDuringSubmitSaysHowToRepeat) {
  answers_.create_fleet = [this](const v1::CreateFleetRequest&, v1::CreateFleetResponse&) {
    interruption_.Raise(SIGINT);
    Interruption never;
    never.SleepFor(absl::Milliseconds(50));
    return absl::UnavailableError("too late");
  };
  EXPECT_EQ(Run(With(kSubmit, {"--request-id", "r-1"}), "acme/shop\n"), 130);
  EXPECT_THAT(err_, HasSubstr("may have been accepted"));
  EXPECT_THAT(err_, HasSubstr("--request-id r-1\n"));
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

TEST_F(FleetctlTest, CancelSaysWhatHappens) {
  answers_.cancel_fleet = [](const v1::CancelFleetRequest& request, v1::CancelFleetResponse& response) {
    *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_CANCELLING, 1);
    response.mutable_fleet()->set_cancel_mode(request.mode());
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"cancel", kFleetId}), 0);
  EXPECT_THAT(out_, HasSubstr("CANCELLING: nothing more is started; 6 under way are being stopped."));
  EXPECT_EQ(Run({"cancel", kFleetId, "--drain"}), 0);
  EXPECT_THAT(out_, HasSubstr("6 under way may end by themselves."));
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
