// Handlers on a database of the test's own, without a server.
#ifndef FLEET_TESTS_UNIT_SERVICES_FLEET_API_API_FIXTURE_H_
#define FLEET_TESTS_UNIT_SERVICES_FLEET_API_API_FIXTURE_H_

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "common/dispatch/change_announcer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::service {

class ApiTest : public ::testing::Test {
 protected:
  // Who was told since the last question: "watchers", "dispatcher", and the channels of hints.
  std::set<std::string> Told() { return std::exchange(told_, {}); }

  const domain::Caller caller_{"alice"};
  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 20};
  std::set<std::string> told_;
  const dispatch::ChangeAnnouncer changes_{{
      .send_hint = [this](const auto& channel, const auto&) { told_.insert(channel); },
      .wake_watchers = [this](const auto&) { told_.insert("watchers"); },
      .wake_dispatcher = [this] { told_.insert("dispatcher"); },
  }};
};

}  // namespace fleet::service

#endif  // FLEET_TESTS_UNIT_SERVICES_FLEET_API_API_FIXTURE_H_
