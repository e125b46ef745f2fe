#include "services/fleet/api/method_rows.h"

#include "tests/unit/services/fleet/api/runner_fixture.h"

namespace fleet::service {
namespace {

class MethodRowsTest : public RunnerApiTest {};

TEST_F(MethodRowsTest, EveryMethodOfTheContractHasItsRow) {
  store::LimitStore limits(stores_.pool);
  store::AuditStore audit(stores_.pool);
  FleetApi fleets(stores_.fleets, stores_.tasks, changes_);
  ControlApi controls(stores_.fleets, stores_.controls, stores_.redrives, changes_);
  dispatch::WatchHub hub({}, Clock::System(), {});
  WatchMessages messages;
  WatchApi watches({{}, {}, {}, hub, messages});
  CatalogApi catalog(stores_.catalog);
  AdminApi admin(limits, audit, changes_);
  const rpc::MethodTable table = MethodRows({fleets, controls, watches, catalog, api_, admin}, {pool_, pool_, pool_});
  FLEET_EXPECT_OK(table.Check());
  EXPECT_EQ(table.services().size(), 4U);
}

}  // namespace
}  // namespace fleet::service
