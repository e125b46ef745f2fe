// What every end-to-end test has: a database, the programs, repositories, and the invariants checked throughout.
#ifndef FLEET_TESTS_E2E_END_TO_END_TEST_H_
#define FLEET_TESTS_E2E_END_TO_END_TEST_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/fleet_stack.h"
#include "tests/e2e/git_origin.h"
#include "tests/e2e/program.h"
#include "tests/e2e/step_gate.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/postgres_server.h"
#include "tests/support/test_database.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::e2e {

using testing::HasEnded;

class EndToEndTest : public ::testing::Test {
 protected:
  // Of the test run, or of the test: for one that stops it.
  enum class Server { kShared, kOwn };

  // Starts service-1, service-2 and worker-1. A failure throws, which fails the test.
  explicit EndToEndTest(Server server = Server::kShared, const FleetStack::Options& options = {});
  ~EndToEndTest() override;
  // Expects that the invariants held throughout.
  void TearDown() override;

  // For a test in which nothing is to be leased: otherwise a run in which the checker saw no work proves nothing.
  void ExpectNoWork() { expects_work_ = false; }

  const std::string& directory() const { return directory_.path(); }
  const std::string& database_url() const { return database_->url(); }
  testing::PostgresServer& postgres() { return *server_; }
  FleetStack& stack() { return stack_; }
  GitOrigin& origin() { return origin_; }
  StepGate& gate() { return gate_; }
  // Over both services.
  testing::FleetDriver& api();

  // Makes "acme/r1" to "acme/r<count>", each with a file README, and registers them. Returns their names.
  std::vector<std::string> AddRepositories(int count);
  // Registers a repository that origin() has.
  void Register(const std::string& repo);
  // Applies the workflow kWorkflow with one step, which runs `script`.
  void ApplyScript(const std::string& script);
  // Submits a fleet of kWorkflow and returns its id.
  std::string Submit(const std::vector<std::string>& repos);
  absl::StatusOr<v1::Fleet> Create(const v1::CreateFleetRequest& request);
  // The fleet once `condition` holds for it; fails the test, and returns it as it is, if that does not come.
  v1::Fleet WaitFor(const std::string& fleet_id, const std::function<bool(const v1::Fleet&)>& condition);
  // The fleet once it has ended.
  v1::Fleet WaitForEnd(const std::string& fleet_id);
  std::map<std::string, v1::Task> Tasks(const std::string& fleet_id);

  // The branch that a fleet pushes.
  static std::string BranchOf(const std::string& fleet_id);
  // Expects that each repository has the fleet's branch, with one commit over main, and that `task` names it.
  void ExpectPushed(const std::string& fleet_id, const std::vector<std::string>& repos);
  void ExpectNothingPushed(const std::vector<std::string>& repos);

  // fleetctl, speaking to `services`.
  std::unique_ptr<Program> StartFleetctl(std::vector<std::string> arguments,
                                         const std::vector<std::string>& services = {"service-1", "service-2"});
  Program::Result Fleetctl(std::vector<std::string> arguments,
                           const std::vector<std::string>& services = {"service-1", "service-2"});
  // Writes a file into the test's directory and returns its path.
  std::string WriteInput(const std::string& name, const std::string& text);

  static constexpr char kWorkflow[] = "e2e/change-v1";

 private:
  runner::TestDirectory directory_;
  std::unique_ptr<testing::PostgresServer> server_;
  std::unique_ptr<testing::TestDatabase> database_;
  bool expects_work_ = true;
  testing::InvariantChecker checker_;
  GitOrigin origin_;
  StepGate gate_;
  FleetStack stack_;
  std::unique_ptr<testing::FleetDriver> api_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_END_TO_END_TEST_H_
