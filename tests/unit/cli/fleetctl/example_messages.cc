#include "tests/unit/cli/fleetctl/example_messages.h"

#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace fleet::cli {
namespace {

// FakeClock's beginning.
constexpr int64_t kNow = 1'750'000'000;

void SetTime(google::protobuf::Timestamp& time, int64_t seconds_ago) { time.set_seconds(kNow - seconds_ago); }

std::string BranchOf(const std::string& fleet_id) { return absl::StrCat("fleet/", absl::AsciiStrToLower(fleet_id)); }

v1::Failure MakeFailure(v1::FailureCategory category, const std::string& title, const std::string& message,
                        const std::string& remedy) {
  v1::Failure failure;
  failure.set_category(category);
  failure.set_title(title);
  failure.set_message(message);
  failure.set_remedy(remedy);
  return failure;
}

v1::Failure StepFailure() {
  return MakeFailure(v1::FAILURE_CATEGORY_AGENT, "Step failed",
                     "step \"npm test\" failed with exit code 1: Tests: 3 failed, 212 passed; see "
                     "src/checkout/__tests__/total.test.ts",
                     "Look at the log of a repository; mend the step or the repository, then retry.");
}

v1::Failure NetworkFailure() {
  v1::Failure failure = MakeFailure(v1::FAILURE_CATEGORY_NETWORK, "Host not reachable",
                                    "fetch failed: could not resolve host: git.example.com",
                                    "See whether runners reach the forge, then retry.");
  failure.set_retryable(true);
  return failure;
}

}  // namespace

v1::Fleet RunningFleet() {
  v1::Fleet fleet;
  fleet.set_fleet_id(kRunningFleet);
  fleet.set_creator("alice");
  fleet.set_workflow_ref("maintenance/add-licence-v1");
  fleet.set_resolved_workflow("maintenance/add-licence-v1@1.4.0");
  fleet.set_task_description(
      "Add the Apache 2.0 licence text to every repository that has none, and name it in package.json");
  (*fleet.mutable_parameters())["OWNER"] = "Acme Corporation";
  fleet.mutable_policy()->set_max_concurrency(3);
  fleet.mutable_policy()->mutable_task_timeout()->set_seconds(3600);
  fleet.mutable_policy()->set_max_tries(3);
  fleet.mutable_policy()->set_priority(10);
  fleet.mutable_policy()->mutable_deadline()->set_seconds(kNow + 7380);
  fleet.set_state(v1::FLEET_STATE_RUNNING);
  fleet.set_revision(23);
  fleet.set_generation(1);
  SetTime(*fleet.mutable_create_time(), 194);
  SetTime(*fleet.mutable_update_time(), 2);
  SetTime(*fleet.mutable_start_time(), 192);
  v1::Rollup& rollup = *fleet.mutable_rollup();
  rollup.set_total(12);
  rollup.set_expanded(12);
  rollup.mutable_states()->set_completed(5);
  rollup.mutable_states()->set_failed(1);
  rollup.mutable_states()->set_running(2);
  rollup.mutable_states()->set_hydrating(1);
  rollup.mutable_states()->set_queued(3);
  rollup.mutable_outcomes()->set_branch_pushed(4);
  rollup.mutable_outcomes()->set_no_changes(1);
  v1::FailureCategoryCount& category = *rollup.add_failure_categories();
  category.set_category(v1::FAILURE_CATEGORY_AGENT);
  category.set_count(1);
  rollup.mutable_task_duration()->set_seconds(371);
  v1::Waiting& waiting = *fleet.add_waiting_on();
  waiting.set_reason(v1::WAIT_REASON_FLEET_CAP);
  waiting.set_message("at its own cap: 3 children are running, 3 may (max concurrency)");
  return fleet;
}

v1::Fleet EndedFleet() {
  v1::Fleet fleet = RunningFleet();
  fleet.set_fleet_id(kEndedFleet);
  fleet.set_creator("release-bot");
  fleet.set_workflow_ref("maintenance/bump-dependency-v2");
  fleet.set_resolved_workflow("maintenance/bump-dependency-v2@2.0.3");
  fleet.set_task_description("Bump zlib to 1.3.1");
  fleet.mutable_policy()->clear_deadline();
  fleet.set_state(v1::FLEET_STATE_PARTIAL_FAILURE);
  fleet.set_revision(4107);
  fleet.set_generation(2);
  fleet.clear_waiting_on();
  SetTime(*fleet.mutable_create_time(), 90'000);
  SetTime(*fleet.mutable_end_time(), 86'400);
  v1::Rollup& rollup = *fleet.mutable_rollup();
  rollup.Clear();
  rollup.set_total(1000);
  rollup.set_expanded(1000);
  rollup.mutable_states()->set_completed(962);
  rollup.mutable_states()->set_failed(35);
  rollup.mutable_states()->set_timed_out(1);
  rollup.mutable_states()->set_cancelled(2);
  rollup.mutable_outcomes()->set_branch_pushed(950);
  rollup.mutable_outcomes()->set_no_changes(12);
  for (const auto& [kind, count] : {std::pair(v1::FAILURE_CATEGORY_AGENT, 31), {v1::FAILURE_CATEGORY_NETWORK, 5}}) {
    v1::FailureCategoryCount& category = *rollup.add_failure_categories();
    category.set_category(kind);
    category.set_count(count);
  }
  rollup.set_cost_usd(81.4375);
  rollup.set_known_cost_count(990);
  rollup.mutable_task_duration()->set_seconds(51'730);
  return fleet;
}

// Ended by an operator, as FAILED since nothing had completed: no outcome, no cost.
v1::Fleet CancelledFleet() {
  v1::Fleet fleet = RunningFleet();
  fleet.set_fleet_id("01JXT8ZZ7A3N5E9H1RJ4F6G0CM");
  fleet.set_creator("bob");
  fleet.set_state(v1::FLEET_STATE_CANCELLED);
  fleet.set_task_description("");
  fleet.set_cancelled_by("alice");
  fleet.clear_waiting_on();
  SetTime(*fleet.mutable_create_time(), 100'000);
  SetTime(*fleet.mutable_end_time(), 99'986);
  v1::Rollup& rollup = *fleet.mutable_rollup();
  rollup.Clear();
  rollup.set_total(1);
  rollup.set_expanded(1);
  rollup.mutable_states()->set_cancelled(1);
  return fleet;
}

v1::Fleet FleetOf(const std::string& id) { return id == kEndedFleet ? EndedFleet() : RunningFleet(); }

v1::Task MakeChild(const std::string& fleet_id, int ordinal, const std::string& repo, v1::TaskState state) {
  v1::Task task;
  task.set_task_id(absl::StrCat(fleet_id, "-", ordinal));
  task.set_fleet_id(fleet_id);
  task.set_ordinal(ordinal);
  task.set_repo(repo);
  task.set_state(state);
  task.set_generation(1);
  if (state == v1::TASK_STATE_QUEUED) return task;
  task.set_attempt(1);
  task.set_tries(1);
  task.set_runner_id("01JXTB0R6N5Q8S2D7F4G1H9J3K");
  SetTime(*task.mutable_lease_time(), 180);
  if (state == v1::TASK_STATE_RUNNING) return task;
  SetTime(*task.mutable_end_time(), 138);
  task.mutable_duration()->set_seconds(42);
  return task;
}

std::vector<v1::Task> Children(const std::string& fleet_id) {
  std::vector<v1::Task> tasks;
  v1::Task& pushed = tasks.emplace_back(MakeChild(fleet_id, 1, "acme/shop", v1::TASK_STATE_COMPLETED));
  pushed.set_outcome(v1::TASK_OUTCOME_BRANCH_PUSHED);
  pushed.set_branch(BranchOf(fleet_id));
  pushed.set_commit("5b1f0c9d3a7e4826f0d1b2c3a4958677e8f9a0b1");
  pushed.set_compare_url(absl::StrCat("https://github.com/acme/shop/compare/main...", BranchOf(fleet_id)));
  v1::Task& unchanged =
      tasks.emplace_back(MakeChild(fleet_id, 2, "acme-platform/identity-service", v1::TASK_STATE_COMPLETED));
  unchanged.set_outcome(v1::TASK_OUTCOME_NO_CHANGES);
  v1::Task& failed = tasks.emplace_back(MakeChild(fleet_id, 3, "acme-web/checkout-frontend", v1::TASK_STATE_FAILED));
  *failed.mutable_failure() = StepFailure();
  failed.set_summary("3 tests failed");
  v1::Task& waiting = tasks.emplace_back(MakeChild(fleet_id, 4, "acme/payroll", v1::TASK_STATE_QUEUED));
  *waiting.mutable_failure() = NetworkFailure();
  waiting.set_attempt(2);
  waiting.set_tries(2);
  waiting.mutable_retry_time()->set_seconds(kNow + 90);
  tasks.push_back(MakeChild(fleet_id, 5, "acme-web/storefront", v1::TASK_STATE_RUNNING));
  tasks.push_back(MakeChild(fleet_id, 6, "acme/search", v1::TASK_STATE_QUEUED));
  return tasks;
}

absl::Status AnswerTask(const v1::GetFleetTaskRequest& request, v1::GetFleetTaskResponse& response) {
  for (const v1::Task& task : Children(request.fleet_id())) {
    if (task.repo() != request.repo()) continue;
    *response.mutable_task() = task;
    if (task.has_end_time()) {
      response.set_log_tail(
          "[cut: 18211 bytes before this]\n==> npm test\n\x1b[31mFAIL\x1b[0m total.test.ts\n3 failed, 212 passed\n");
    }
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("fleet ", request.fleet_id(), " has no child for ", request.repo()));
}

void AddAttempts(const v1::ListTaskAttemptsRequest& request, v1::ListTaskAttemptsResponse& response) {
  const auto add = [&](int attempt, v1::TaskState state, int64_t leased, int64_t ended) -> v1::TaskAttempt& {
    v1::TaskAttempt& added = *response.add_attempts();
    added.set_attempt(attempt);
    added.set_generation(1);
    added.set_runner_id("01JXTB0R6N5Q8S2D7F4G1H9J3K");
    added.set_runner_name("build-7");
    added.set_state(state);
    SetTime(*added.mutable_lease_time(), leased);
    if (ended > 0) SetTime(*added.mutable_end_time(), ended);
    return added;
  };
  add(3, v1::TASK_STATE_RUNNING, 12, 0);
  v1::TaskAttempt& failed = add(2, v1::TASK_STATE_FAILED, 180, 138);
  *failed.mutable_failure() = StepFailure();
  failed.set_cost_usd(0.25);
  if (request.include_logs()) failed.set_log_tail("==> npm test\n3 failed, 212 passed");
  *add(1, v1::TASK_STATE_FAILED, 240, 239).mutable_failure() = NetworkFailure();
}

void AddGroups(const v1::ListFailureGroupsRequest& request, v1::ListFailureGroupsResponse& response) {
  const bool ended = request.fleet_id() == kEndedFleet;
  v1::FailureGroup& steps = *response.add_groups();
  steps.set_fingerprint("d329c83759aaa37c");
  steps.set_count(ended ? 31 : 1);
  *steps.mutable_failure() = StepFailure();
  steps.add_sample_repos("acme-web/checkout-frontend");
  if (!ended) return;
  steps.add_sample_repos("acme-web/storefront");
  v1::FailureGroup& network = *response.add_groups();
  network.set_fingerprint("d7a1cc306abde3ef");
  network.set_count(5);
  *network.mutable_failure() = NetworkFailure();
  for (const char* repo : {"acme/a", "acme/b", "acme/c", "acme/d", "acme/e"}) network.add_sample_repos(repo);
}

void AddEvents(v1::ListAuditEventsResponse& response) {
  const auto add = [&](int64_t id, const std::string& actor, const std::string& action, const std::string& fleet,
                       const std::string& subject, const std::string& before, const std::string& after) {
    v1::AuditEvent& event = *response.add_events();
    event.set_event_id(id);
    SetTime(*event.mutable_time(), 1000 - id);
    event.set_actor(actor);
    event.set_action(action);
    event.set_fleet_id(fleet);
    event.set_subject(subject);
    event.set_before(before);
    event.set_after(after);
  };
  add(9, "alice", "RetryFleet", kEndedFleet, "", R"({"generation":"1"})",
      R"({"categories":"NETWORK,COMPUTE","generation":"2","states":"FAILED,TIMED_OUT,CANCELLED"})");
  add(8, "alice", "CancelFleetTask", kRunningFleet, "acme-platform/identity-service", R"({"state":"RUNNING"})",
      R"({"cancel_requested":"true","state":"RUNNING"})");
  add(7, "bob", "SetLimit", "", "user_active for release-bot", R"({"value":"50"})", R"({"value":"200"})");
  add(3, "bob", "ImportRepositories", "", "", "", R"({"created":"56","unchanged":"0","updated":"0"})");
}

void AddLimits(v1::ListLimitsResponse& response) {
  const auto add = [&](const std::string& name, const std::string& scope, int64_t value, v1::LimitEffect effect,
                       const std::string& description) -> v1::Limit& {
    v1::Limit& limit = *response.add_limits();
    limit.set_name(name);
    limit.set_scope(scope);
    limit.set_value(value);
    limit.set_effect(effect);
    limit.set_description(description);
    return limit;
  };
  add("fleet_active_default", "", 50, v1::LIMIT_EFFECT_QUEUE,
      "children in flight for a fleet that names no max_concurrency; read at submission");
  add("open_fleets_system", "", 10'000, v1::LIMIT_EFFECT_REFUSE, "fleets that have not ended, in the whole system");
  const std::string users = "children in flight for one user; more wait";
  add("user_active", "", 200, v1::LIMIT_EFFECT_QUEUE, users);
  v1::Limit& exception = add("user_active", "release-bot", 500, v1::LIMIT_EFFECT_QUEUE, users);
  exception.set_updated_by("bob");
  SetTime(*exception.mutable_update_time(), 993);
}

v1::Workflow MakeWorkflow(const std::string& ref, const std::string& version, const std::string& title) {
  v1::Workflow workflow;
  workflow.set_workflow_ref(ref);
  workflow.set_version(version);
  workflow.set_title(title);
  v1::WorkflowStep& step = *workflow.add_steps();
  step.set_name("add licence");
  step.set_script("test ! -e NO_LICENCE\nprintf 'Copyright %s\\n' \"$FLEET_PARAM_OWNER\" > LICENSE\n");
  step.mutable_timeout()->set_seconds(120);
  workflow.mutable_commit()->set_message("Add the licence text");
  SetTime(*workflow.mutable_create_time(), 600'000);
  return workflow;
}

void AddRepositories(v1::ListRepositoriesResponse& response) {
  const auto add = [&](const std::string& repo, const std::string& branch) {
    v1::Repository& repository = *response.add_repositories();
    repository.set_repo(repo);
    repository.set_clone_url(absl::StrCat("https://git.example.com/", repo, ".git"));
    repository.set_default_branch(branch);
    SetTime(*repository.mutable_create_time(), 997);
    SetTime(*repository.mutable_update_time(), 997);
  };
  add("acme-platform/identity-service", "main");
  add("acme-web/checkout-frontend", "develop");
  add("acme/shop", "");
}

void AddRunners(v1::ListRunnersResponse& response) {
  const auto add = [&response](const std::string& id, const std::string& name, v1::RunnerState state) -> v1::Runner& {
    v1::Runner& runner = *response.add_runners();
    runner.set_runner_id(id);
    runner.set_name(name);
    runner.set_state(state);
    runner.set_user("fleet-runner");
    runner.set_pool("default");
    runner.set_version("0.1.0");
    runner.set_slots(4);
    runner.set_host(name + ".build.example.com");
    SetTime(*runner.mutable_register_time(), 7400);
    return runner;
  };
  v1::Runner& busy = add("01JXTB0R6N5Q8S2D7F4G1H9J3K", "build-7", v1::RUNNER_STATE_LIVE);
  busy.set_held_count(2);
  busy.set_address("192.0.2.7");
  SetTime(*busy.mutable_heartbeat_time(), 2);
  busy.mutable_heartbeat_age()->set_seconds(2);
  v1::Runner& lost = add("01JXTB0R6N5Q8S2D7F4G1H9J3M", "gpu-1", v1::RUNNER_STATE_LOST);
  lost.set_pool("gpu");
  lost.set_version("");
  lost.set_slots(1);
  lost.set_held_count(1);
  SetTime(*lost.mutable_heartbeat_time(), 95);
  lost.mutable_heartbeat_age()->set_seconds(95);
}

absl::Status AnswerRunner(const v1::GetRunnerRequest& request, v1::GetRunnerResponse& response) {
  v1::ListRunnersResponse all;
  AddRunners(all);
  for (const v1::Runner& runner : all.runners()) {
    if (runner.runner_id() != request.runner_id()) continue;
    *response.mutable_runner() = runner;
    const auto hold = [&response](int ordinal, const std::string& repo, v1::TaskState state, int64_t leased) {
      v1::HeldTask& held = *response.add_held();
      held.set_fleet_id(kRunningFleet);
      held.set_task_id(absl::StrCat(kRunningFleet, "-", ordinal));
      held.set_repo(repo);
      held.set_attempt(1);
      held.set_state(state);
      SetTime(*held.mutable_lease_time(), leased);
    };
    hold(5, "acme-web/storefront", v1::TASK_STATE_RUNNING, 130);
    hold(6, "acme-web/checkout-frontend", v1::TASK_STATE_HYDRATING, 12);
    return absl::OkStatus();
  }
  return absl::NotFoundError(absl::StrCat("there is no runner ", request.runner_id()));
}

v1::GetSystemStatusResponse HealthySystem() {
  v1::GetSystemStatusResponse system;
  system.set_version("0.1.0");
  system.set_service_id("01JXTA00000000000000000001");
  SetTime(*system.mutable_service_time(), 0);
  v1::DatabaseStatus& database = *system.mutable_database();
  database.set_reachable(true);
  database.set_version("15.14");
  database.set_schema_version(12);
  database.set_known_schema_version(12);
  SetTime(*database.mutable_time(), 0);
  database.mutable_clock_difference()->set_nanos(2'000'000);
  database.mutable_round_trip()->set_nanos(400'000);
  const auto fill = [](v1::ProcessPresence& process, const std::string& id, const std::string& host) {
    process.set_process_id(id);
    process.set_version("0.1.0");
    process.set_host(host);
    SetTime(*process.mutable_seen_time(), 1);
    process.mutable_seen_age()->set_seconds(1);
    SetTime(*process.mutable_since_time(), 9000);
  };
  fill(*system.add_services(), "01JXTA00000000000000000001", "fleet-1");
  fill(*system.add_services(), "01JXTA00000000000000000002", "fleet-2");
  fill(*system.add_workers(), "01JXTA00000000000000000003", "fleet-1");
  v1::PoolStatus& pool = *system.add_pools();
  pool.set_pool("default");
  pool.set_live_runners(2);
  pool.set_slots(8);
  pool.set_active_tasks(3);
  pool.set_queued_tasks(3);
  v1::RunnerVersion& runners = *system.add_runner_versions();
  runners.set_version("0.1.0");
  runners.set_count(2);
  v1::JobStatus& job = *system.add_jobs();
  job.set_job("expand");
  job.set_due_count(1);
  job.mutable_oldest_age()->set_seconds(1);
  system.mutable_lease_duration()->set_seconds(30);
  return system;
}

}  // namespace fleet::cli
