#include "services/fleet/requests/request_fields.h"

#include <gmock/gmock.h>

#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::fleet::testing::IsOkAndHolds;
using ::testing::ElementsAre;

constexpr char kSomeUlid[] = "01HZ0000000000000000000001";

TEST(ParsePageSizeTest, DefaultsAndBounds) {
  EXPECT_THAT(ParsePageSize(0, 50), IsOkAndHolds(50));
  EXPECT_THAT(ParsePageSize(1, 50), IsOkAndHolds(1));
  EXPECT_THAT(ParsePageSize(1000, 50), IsOkAndHolds(1000));
  EXPECT_THAT(ParsePageSize(1001, 50), IsOkAndHolds(1000));
  EXPECT_THAT(Fields(ParsePageSize(-1, 50).status()), ElementsAre("page_size"));
}

TEST(ParseIdTest, NamesTheField) {
  FLEET_EXPECT_OK(ParseId("fleet_id", kSomeUlid));
  EXPECT_THAT(Fields(ParseId("fleet_id", "x").status()), ElementsAre("fleet_id"));
  EXPECT_THAT(Fields(ParseId("fleet_id", "").status()), ElementsAre("fleet_id"));
}

}  // namespace
}  // namespace fleet::service
