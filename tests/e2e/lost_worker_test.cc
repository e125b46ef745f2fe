// A worker killed in the middle of a step that enqueues children.
#include <memory>
#include <pqxx/pqxx>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::WaitUntil;

constexpr int kTargets = 60000;

class LostWorkerTest : public EndToEndTest {
 protected:
  LostWorkerTest() : connection_(database_url()) {}

  // Registers and targets that many repositories, which nobody will clone.
  std::string SubmitMany() {
    v1::ImportRepositoriesRequest import;
    v1::CreateFleetRequest request;
    request.set_workflow_ref(kWorkflow);
    for (int i = 1; i <= kTargets; ++i) {
      const std::string repo = absl::StrCat("acme/r", i);
      import.add_repositories()->set_repo(repo);
      import.mutable_repositories(i - 1)->set_clone_url(origin().Url(repo));
      request.add_targets()->set_repo(repo);
    }
    FLEET_EXPECT_OK(api().Import(import));
    ApplyScript("true");
    const auto fleet = Create(request);
    FLEET_EXPECT_OK(fleet);
    return fleet.ok() ? fleet->fleet_id() : "";
  }
  int Count(const std::string& query) {
    pqxx::nontransaction read(connection_);
    return read.exec(query)[0][0].as<int>();
  }

  pqxx::connection connection_;
};

TEST_F(LostWorkerTest, ExpansionGoesOnWhereAKilledWorkerStood) {
  stack().WaitUntilReady("worker-1");
  const std::string id = SubmitMany();
  ASSERT_TRUE(WaitUntil([this] { return Count("select max(expanded) from fleets") > 0; }));
  int expanded = 0;
  {
    // The fleet's row is held: the worker's next step stops after it has inserted children, before it commits.
    pqxx::connection holder(database_url());
    pqxx::work hold(holder);
    hold.exec("set local idle_in_transaction_session_timeout = 0");
    expanded = hold.exec("select expanded from fleets for update")[0][0].as<int>();
    ASSERT_LT(expanded, kTargets) << "expansion was over before it could be stopped";
    ASSERT_TRUE(WaitUntil([this] {
      return Count(
                 "select count(*) from pg_stat_activity where datname = current_database() "
                 "and wait_event_type = 'Lock'") > 0;
    }));
    stack().process("worker-1").Kill();
  }
  // Nobody is left to go on.
  EXPECT_EQ(Count("select expanded from fleets"), expanded);
  stack().StartWorker("worker-2");
  stack().StartWorker("worker-3");
  WaitFor(id, [](const v1::Fleet& fleet) { return fleet.rollup().expanded() == kTargets; });
  EXPECT_EQ(Count("select count(*) from tasks"), kTargets);
  EXPECT_EQ(Count("select count(distinct ordinal) from tasks where ordinal between 1 and 60000"), kTargets);
  EXPECT_EQ(Count("select count(distinct repo) from tasks"), kTargets);
  EXPECT_EQ(Count("select queued from fleets"), kTargets);

  // The same for the sweep of a cancelled fleet.
  FLEET_EXPECT_OK(api().Cancel(id));
  WaitFor(id, [](const v1::Fleet& fleet) { return fleet.rollup().states().cancelled() > 0; });
  stack().process("worker-2").Kill();
  const v1::Fleet fleet = WaitForEnd(id);
  EXPECT_EQ(fleet.state(), v1::FLEET_STATE_CANCELLED);
  EXPECT_EQ(fleet.rollup().states().cancelled(), kTargets);
}

}  // namespace
}  // namespace fleet::e2e
