// The whole program, but for its process: arguments in, exit code and text out.
#ifndef FLEET_TESTS_UNIT_CLI_FLEETCTL_FLEETCTL_FIXTURE_H_
#define FLEET_TESTS_UNIT_CLI_FLEETCTL_FLEETCTL_FIXTURE_H_

#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/fleetctl/fleetctl.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fake_services.h"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {

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
                            terminal_,
                            address,
                            "alice",
                            interruption_,
                            *clock_,
                            Patience{2, absl::Milliseconds(1), absl::Milliseconds(2)},
                            answers_person_};
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

  // ListFailureGroups: each with one failure less than the one before it.
  void AnswerFailureGroups(int groups) {
    answers_.list_failure_groups = [groups](const v1::ListFailureGroupsRequest& request,
                                            v1::ListFailureGroupsResponse& response) {
      EXPECT_EQ(request.fleet_id(), kFleetId);
      for (int i = 0; i < groups; ++i) {
        *response.add_groups() = MakeFailureGroup(10 - i, "0123456789abcde" + std::to_string(i));
      }
      return absl::OkStatus();
    };
  }

  // An answer to any method.
  static auto Refuse(absl::Status status) {
    return [status = std::move(status)](const auto&, auto&) { return status; };
  }

  FakeAnswers answers_;
  Terminal terminal_;  // none: output is piped
  const Clock* clock_ = &Clock::System();
  Interruption interruption_;
  bool answers_person_ = false;  // there is one, who types the input
  std::string out_;
  std::string err_;
  std::vector<v1::CreateFleetRequest> created_;
};

inline std::vector<std::string> With(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace fleet::cli

#endif  // FLEET_TESTS_UNIT_CLI_FLEETCTL_FLEETCTL_FIXTURE_H_
