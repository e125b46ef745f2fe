#include "services/fleet/api/admin_api.h"

#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class AdminApiTest : public ApiTest {
 protected:
  absl::Status Set(const std::string& name, int64_t value) {
    v1::SetLimitRequest request;
    request.set_name(name);
    request.set_value(value);
    response_.Clear();
    return api_.SetLimit(caller_, request, response_);
  }

  store::LimitStore limits_{stores_.pool};
  store::AuditStore audit_{stores_.pool};
  AdminApi api_{limits_, audit_, changes_};
  v1::SetLimitResponse response_;
};

TEST_F(AdminApiTest, ALimitIsSetInItsCallersNameAndDispatchersAreTold) {
  FLEET_ASSERT_OK(Set("user_active", 9));
  EXPECT_EQ(response_.limit().value(), 9);
  EXPECT_EQ(response_.limit().updated_by(), "alice");
  EXPECT_THAT(response_.previous_value(), Gt(9));
  EXPECT_THAT(Told(), UnorderedElementsAre("fleet_work", "dispatcher"));
}

TEST_F(AdminApiTest, WhatIsNoLimitIsRefused) {
  EXPECT_THAT(Set("", 1), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Set("nothing", 1), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Told(), IsEmpty());
}

TEST_F(AdminApiTest, EveryLimitIsListed) {
  v1::ListLimitsResponse response;
  FLEET_ASSERT_OK(api_.ListLimits(caller_, {}, response));
  EXPECT_THAT(response.limits_size(), Gt(8));
}

TEST_F(AdminApiTest, TheAuditLogIsListedPageByPage) {
  FLEET_ASSERT_OK(Set("user_active", 9));
  FLEET_ASSERT_OK(Set("user_active", 8));
  v1::ListAuditEventsRequest request;
  request.set_page_size(1);
  v1::ListAuditEventsResponse page;
  FLEET_ASSERT_OK(api_.ListAuditEvents(caller_, request, page));
  ASSERT_EQ(page.events_size(), 1);
  EXPECT_EQ(page.events(0).actor(), "alice");
  const int64_t newest = page.events(0).event_id();
  request.set_page_token(page.next_page_token());
  page.Clear();
  FLEET_ASSERT_OK(api_.ListAuditEvents(caller_, request, page));
  ASSERT_EQ(page.events_size(), 1);
  EXPECT_LT(page.events(0).event_id(), newest);
  EXPECT_EQ(page.next_page_token(), "");
  request.set_fleet_id("01HZ0000000000000000000001");
  EXPECT_THAT(api_.ListAuditEvents(caller_, request, page), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fleet::service
