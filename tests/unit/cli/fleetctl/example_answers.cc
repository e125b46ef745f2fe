#include "tests/unit/cli/fleetctl/example_answers.h"

#include <string>

#include "tests/unit/cli/fleetctl/example_messages.h"

namespace fleet::cli {
namespace {

grpc::Status Watch(grpc::ServerContext&, const v1::WatchFleetRequest& request, WatchWriter& writer) {
  v1::WatchFleetResponse message;
  message.set_kind(v1::WatchFleetResponse::KIND_SNAPSHOT);
  message.set_snapshot_complete(true);
  *message.mutable_fleet() = FleetOf(request.fleet_id());
  message.mutable_fleet()->set_state(v1::FLEET_STATE_RUNNING);
  message.mutable_fleet()->set_revision(1);
  message.mutable_fleet()->clear_end_time();
  writer.Write(message);
  message.set_kind(v1::WatchFleetResponse::KIND_CHANGE);
  *message.mutable_fleet() = EndedFleet();
  message.mutable_fleet()->set_fleet_id(request.fleet_id());
  writer.Write(message);
  return grpc::Status::OK;
}

// To the end of a repository that runs.
grpc::Status FollowLog(grpc::ServerContext&, const v1::FollowTaskLogRequest& request, LogWriter& writer) {
  v1::Task followed;
  for (const v1::Task& task : Children(request.fleet_id())) {
    if (task.repo() == request.repo()) followed = task;
  }
  v1::FollowTaskLogResponse first;
  *first.mutable_task() = followed;
  writer.Write(first);
  v1::FollowTaskLogResponse text;
  text.set_attempt(1);
  text.set_text("==> npm test\n");
  writer.Write(text);
  text.set_offset(18224);
  text.set_skipped_bytes(18211);
  text.set_text("212 passed\n");
  writer.Write(text);
  v1::FollowTaskLogResponse last;
  last.set_attempt(1);
  last.set_offset(18235);
  *last.mutable_task() = followed;
  last.mutable_task()->set_state(v1::TASK_STATE_COMPLETED);
  writer.Write(last);
  return grpc::Status::OK;
}

void AnswerQuestions(FakeAnswers& answers) {
  answers.get_fleet = [](const v1::GetFleetRequest& request, v1::GetFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    return absl::OkStatus();
  };
  answers.list_fleets = [](const v1::ListFleetsRequest&, v1::ListFleetsResponse& response) {
    *response.add_fleets() = RunningFleet();
    *response.add_fleets() = EndedFleet();
    *response.add_fleets() = CancelledFleet();
    return absl::OkStatus();
  };
  answers.list_fleet_tasks = [](const v1::ListFleetTasksRequest& request, v1::ListFleetTasksResponse& response) {
    for (const v1::Task& task : Children(request.fleet_id())) {
      if (request.states().empty() || request.states(0) == task.state()) *response.add_tasks() = task;
    }
    return absl::OkStatus();
  };
  answers.get_fleet_task = AnswerTask;
  answers.list_failure_groups = [](const auto& request, auto& response) {
    AddGroups(request, response);
    return absl::OkStatus();
  };
  answers.list_task_attempts = [](const auto& request, auto& response) {
    AddAttempts(request, response);
    return absl::OkStatus();
  };
  answers.watch_fleet = Watch;
  answers.follow_task_log = FollowLog;
  answers.list_audit_events = [](const auto&, auto& response) {
    AddEvents(response);
    return absl::OkStatus();
  };
  answers.list_runners = [](const v1::ListRunnersRequest& request, v1::ListRunnersResponse& response) {
    v1::ListRunnersResponse all;
    AddRunners(all);
    for (const v1::Runner& runner : all.runners()) {
      if (request.name().empty() || request.name() == runner.name()) *response.add_runners() = runner;
    }
    return absl::OkStatus();
  };
  answers.get_runner = AnswerRunner;
  answers.get_system_status = [](const auto&, v1::GetSystemStatusResponse& response) {
    response = HealthySystem();
    return absl::OkStatus();
  };
}

void AnswerControls(FakeAnswers& answers) {
  answers.create_fleet = [](const v1::CreateFleetRequest&, v1::CreateFleetResponse& response) {
    *response.mutable_fleet() = RunningFleet();
    response.mutable_fleet()->set_state(v1::FLEET_STATE_PENDING);
    return absl::OkStatus();
  };
  answers.retry_fleet = [](const v1::RetryFleetRequest& request, v1::RetryFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    response.mutable_fleet()->set_state(v1::FLEET_STATE_RUNNING);
    response.mutable_fleet()->set_generation(3);
    response.mutable_fleet()->set_retrying(true);
    return absl::OkStatus();
  };
  answers.pause_fleet = [](const v1::PauseFleetRequest& request, v1::PauseFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    response.mutable_fleet()->set_state(v1::FLEET_STATE_PAUSED);
    response.set_in_flight(3);
    return absl::OkStatus();
  };
  answers.resume_fleet = [](const v1::ResumeFleetRequest& request, v1::ResumeFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    return absl::OkStatus();
  };
  answers.update_fleet = [](const v1::UpdateFleetRequest& request, v1::UpdateFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    response.mutable_fleet()->mutable_policy()->MergeFrom(request.policy());
    return absl::OkStatus();
  };
  answers.cancel_fleet = [](const v1::CancelFleetRequest& request, v1::CancelFleetResponse& response) {
    *response.mutable_fleet() = FleetOf(request.fleet_id());
    response.mutable_fleet()->set_state(v1::FLEET_STATE_CANCELLING);
    response.mutable_fleet()->set_cancel_mode(request.mode());
    response.set_in_flight(3);
    return absl::OkStatus();
  };
  answers.cancel_fleet_task = [](const v1::CancelFleetTaskRequest& request, v1::CancelFleetTaskResponse& response) {
    *response.mutable_task() = MakeChild(request.fleet_id(), 5, request.repo(), v1::TASK_STATE_RUNNING);
    response.mutable_task()->set_cancel_requested(true);
    return absl::OkStatus();
  };
}

void AnswerOperators(FakeAnswers& answers) {
  answers.import_repositories = [](const auto& request, auto& response) {
    response.set_created_count(request.repositories_size());
    return absl::OkStatus();
  };
  answers.list_repositories = [](const auto&, auto& response) {
    AddRepositories(response);
    return absl::OkStatus();
  };
  answers.apply_workflow = [](const v1::ApplyWorkflowRequest& request, v1::ApplyWorkflowResponse& response) {
    *response.mutable_workflow() = request.workflow();
    response.set_created(true);
    return absl::OkStatus();
  };
  const auto repository = [](const auto& request, auto& response) {
    response.mutable_repository()->set_repo(request.repo());
    response.mutable_repository()->set_clone_url("https://git.example.com/acme/shop.git");
    response.mutable_repository()->set_default_branch("main");
    return absl::OkStatus();
  };
  answers.get_repository = repository;
  answers.delete_repository = repository;
  answers.withdraw_workflow = [](const auto&, v1::WithdrawWorkflowResponse& response) {
    *response.mutable_workflow() = MakeWorkflow("maintenance/add-licence-v1", "1.3.2", "Add the licence text");
    return absl::OkStatus();
  };
  const auto licence = [](const std::string& version) {
    return MakeWorkflow("maintenance/add-licence-v1", version, "Add the licence text to repositories that have none");
  };
  answers.get_workflow = [licence](const auto&, auto& response) {
    *response.mutable_workflow() = licence("1.4.0");
    return absl::OkStatus();
  };
  answers.list_workflows = [licence](const auto&, auto& response) {
    *response.add_workflows() = licence("1.3.0");
    *response.add_workflows() = licence("1.4.0");
    *response.add_workflows() = MakeWorkflow("maintenance/bump-dependency-v2", "2.0.3", "Bump a dependency");
    return absl::OkStatus();
  };
  answers.list_limits = [](const auto&, auto& response) {
    AddLimits(response);
    return absl::OkStatus();
  };
  answers.set_limit = [](const v1::SetLimitRequest& request, v1::SetLimitResponse& response) {
    response.mutable_limit()->set_name(request.name());
    response.mutable_limit()->set_scope(request.scope());
    response.mutable_limit()->set_value(request.has_value() ? request.value() : 200);
    response.set_previous_value(50);
    return absl::OkStatus();
  };
}

}  // namespace

FakeAnswers ExampleAnswers() {
  FakeAnswers answers;
  AnswerQuestions(answers);
  AnswerControls(answers);
  AnswerOperators(answers);
  return answers;
}

}  // namespace fleet::cli
