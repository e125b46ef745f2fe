#include "tests/e2e/end_to_end_test.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/status_macros.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

constexpr absl::Duration kLimit = absl::Seconds(60);

std::unique_ptr<testing::PostgresServer> StartServer() {
  auto server = testing::PostgresServer::Start();
  if (!server.ok()) throw std::runtime_error(server.status().ToString());
  return *std::move(server);
}

}  // namespace

EndToEndTest::EndToEndTest(Server server, const FleetStack::Options& options)
    : server_(server == Server::kOwn ? StartServer() : nullptr),
      database_(server_ == nullptr ? std::make_unique<testing::TestDatabase>()
                                   : std::make_unique<testing::TestDatabase>(*server_)),
      checker_(database_->url()),
      origin_(directory_ / "origin"),
      gate_(directory_ / "gate"),
      stack_(database_->url(), directory_ / "stack", options) {
  std::filesystem::create_directories(directory_ / "origin");
  stack_.StartService("service-1");
  stack_.StartService("service-2");
  stack_.StartWorker("worker-1");
}

EndToEndTest::~EndToEndTest() {
  if (HasFailure()) std::cerr << stack_.Logs();
}

void EndToEndTest::TearDown() {
  const absl::Status held = checker_.Finish();
  if (expects_work_ || !absl::IsFailedPrecondition(held)) {
    FLEET_EXPECT_OK(held);
  }
}

testing::FleetDriver& EndToEndTest::api() {
  if (api_ == nullptr) {
    api_ = std::make_unique<testing::FleetDriver>(stack_.Addresses({"service-1", "service-2"}), kUser);
  }
  return *api_;
}

std::vector<std::string> EndToEndTest::AddRepositories(int count) {
  std::vector<std::string> repos;
  v1::ImportRepositoriesRequest request;
  for (int i = 1; i <= count; ++i) {
    const std::string repo = absl::StrCat("acme/r", i);
    origin_.Make(repo, {{"README", absl::StrCat("This is ", repo, ".\n")}});
    v1::Repository& repository = *request.add_repositories();
    repository.set_repo(repo);
    repository.set_clone_url(origin_.Url(repo));
    repos.push_back(repo);
  }
  FLEET_EXPECT_OK(api().Import(request));
  return repos;
}

void EndToEndTest::Register(const std::string& repo) {
  v1::ImportRepositoriesRequest request;
  request.add_repositories()->set_repo(repo);
  request.mutable_repositories(0)->set_clone_url(origin_.Url(repo));
  FLEET_EXPECT_OK(api().Import(request));
}

void EndToEndTest::ApplyScript(const std::string& script) {
  v1::Workflow workflow;
  workflow.set_workflow_ref(kWorkflow);
  workflow.set_version("1.0.0");
  workflow.set_title("Change it");
  workflow.add_steps()->set_name("change");
  workflow.mutable_steps(0)->set_script(script);
  FLEET_EXPECT_OK(api().Apply(workflow));
}

std::string EndToEndTest::Submit(const std::vector<std::string>& repos) {
  v1::CreateFleetRequest request;
  request.set_workflow_ref(kWorkflow);
  for (const std::string& repo : repos) request.add_targets()->set_repo(repo);
  const auto fleet = Create(request);
  FLEET_EXPECT_OK(fleet);
  return fleet.ok() ? fleet->fleet_id() : "";
}

absl::StatusOr<v1::Fleet> EndToEndTest::Create(const v1::CreateFleetRequest& request) {
  FLEET_ASSIGN_OR_RETURN(const auto response, api().Create(request));
  return response.fleet();
}

v1::Fleet EndToEndTest::WaitFor(const std::string& fleet_id, const std::function<bool(const v1::Fleet&)>& condition) {
  v1::Fleet last;
  const bool holds = testing::WaitUntil(
      [&] {
        auto fleet = api().Get(fleet_id);
        if (fleet.ok()) last = *std::move(fleet);
        return condition(last);
      },
      kLimit);
  EXPECT_TRUE(holds) << last.DebugString();
  return last;
}

v1::Fleet EndToEndTest::WaitForEnd(const std::string& fleet_id) { return WaitFor(fleet_id, HasEnded); }

std::map<std::string, v1::Task> EndToEndTest::Tasks(const std::string& fleet_id) {
  const auto tasks = api().Tasks(fleet_id);
  FLEET_EXPECT_OK(tasks);
  std::map<std::string, v1::Task> by_repo;
  if (!tasks.ok()) return by_repo;
  for (const v1::Task& task : *tasks) by_repo[task.repo()] = task;
  return by_repo;
}

std::string EndToEndTest::BranchOf(const std::string& fleet_id) {
  return absl::StrCat("fleet/", absl::AsciiStrToLower(fleet_id));
}

void EndToEndTest::ExpectPushed(const std::string& fleet_id, const std::vector<std::string>& repos) {
  const std::map<std::string, v1::Task> tasks = Tasks(fleet_id);
  for (const std::string& repo : repos) {
    const auto task = tasks.find(repo);
    ASSERT_NE(task, tasks.end()) << repo;
    EXPECT_EQ(task->second.state(), v1::TASK_STATE_COMPLETED) << task->second.DebugString();
    EXPECT_EQ(task->second.outcome(), v1::TASK_OUTCOME_BRANCH_PUSHED) << repo;
    EXPECT_EQ(task->second.branch(), BranchOf(fleet_id)) << repo;
    EXPECT_THAT(origin_.PushedBranches(repo),
                ::testing::ElementsAre(::testing::Pair(BranchOf(fleet_id), task->second.commit())))
        << repo;
    EXPECT_EQ(origin_.Commit(repo, BranchOf(fleet_id), "%P"), origin_.Commit(repo, "main", "%H")) << repo;
  }
}

void EndToEndTest::ExpectNothingPushed(const std::vector<std::string>& repos) {
  for (const std::string& repo : repos) EXPECT_THAT(origin_.PushedBranches(repo), ::testing::IsEmpty()) << repo;
}

std::unique_ptr<Program> EndToEndTest::StartFleetctl(std::vector<std::string> arguments,
                                                     const std::vector<std::string>& services) {
  arguments.insert(arguments.begin(), {testing::FleetProgram::Binary("fleetctl"), "--user", kUser, "--server",
                                       absl::StrJoin(stack_.Addresses(services), ",")});
  return std::make_unique<Program>(directory_.path(), std::move(arguments));
}

Program::Result EndToEndTest::Fleetctl(std::vector<std::string> arguments, const std::vector<std::string>& services) {
  return StartFleetctl(std::move(arguments), services)->Wait();
}

std::string EndToEndTest::WriteInput(const std::string& name, const std::string& text) {
  runner::WriteFile(directory_ / name, text);
  return directory_ / name;
}

}  // namespace fleet::e2e
