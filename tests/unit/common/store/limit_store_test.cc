#include "common/store/limit_store.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "common/store/audit_store.h"
#include "common/store/start_settings.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"

namespace fleet::store {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LimitStoreTest : public ::testing::Test {
 protected:
  // As "name[:scope]=value".
  std::vector<std::string> List() {
    std::vector<std::string> all;
    const auto limits = limits_.List();
    EXPECT_THAT(limits, testing::IsOk());
    for (const LimitRecord& limit : *limits) {
      all.push_back(
          absl::StrCat(limit.name, limit.scope.empty() ? "" : absl::StrCat(":", limit.scope), "=", limit.value));
    }
    return all;
  }
  LimitStore::Changed Set(const std::string& name, const std::string& scope, std::optional<int64_t> value) {
    auto changed = limits_.Set({"olga"}, {name, scope, value});
    EXPECT_THAT(changed, testing::IsOk());
    return *changed;
  }
  std::vector<AuditRecord> Audit() {
    auto records = AuditStore(stores_.pool).List(testing::kAlice, {}, 0, 1000);
    EXPECT_THAT(records, testing::IsOk());
    return *records;
  }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 0};
  LimitStore limits_{stores_.pool};
};

TEST_F(LimitStoreTest, ExceptionsAreBoundedInNumberAndThoseThatAreThereStillChange) {
  Set("user_active", "bob", 7);
  stores_.Sql(
      "insert into limit_overrides (name, scope, value, updated_by)"
      " select 'user_active', 'user-' || n, 1, 'olga' from generate_series(2, 5000) n");
  const auto refused = limits_.Set({"olga"}, {"user_active", "carol", 7});
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(GetErrorInfo(refused.status()).reason, "LIMIT_EXCEPTIONS_LIMIT");
  EXPECT_EQ(Set("user_active", "bob", 8).limit.value, 8);
  Set("user_active", "", 9);
  Set("user_active", "bob", std::nullopt);
  EXPECT_EQ(Set("user_active", "carol", 7).limit.scope, "carol") << "there is room again";
}

TEST_F(LimitStoreTest, TheDatabaseIsDeliveredWithTheValuesOfTheCode) {
  std::vector<std::string> delivered;
  for (const domain::LimitKind& kind : domain::AllLimitKinds()) {
    delivered.push_back(absl::StrCat(kind.name, "=", domain::Limits().*(kind.field)));
  }
  EXPECT_EQ(List(), delivered);
  const auto limits = limits_.List();
  for (const LimitRecord& limit : *limits) {
    EXPECT_NE(limit.description, "") << limit.name;
    EXPECT_EQ(limit.effect, domain::FindLimitKind(limit.name)->effect);
    EXPECT_EQ(limit.updated_at, std::nullopt);
    EXPECT_EQ(limit.updated_by, "");
  }
}

TEST_F(LimitStoreTest, SetsALimitAndSaysWhoDidWhat) {
  const LimitStore::Changed changed = Set("user_active", "", 7);
  EXPECT_EQ(changed.limit.name, "user_active");
  EXPECT_EQ(changed.limit.value, 7);
  EXPECT_EQ(changed.limit.updated_by, "olga");
  EXPECT_TRUE(changed.limit.updated_at.has_value());
  EXPECT_EQ(changed.previous_value, 200);
  const auto audit = Audit();
  ASSERT_EQ(audit.size(), 1U);
  EXPECT_EQ(audit[0].actor, "olga");
  EXPECT_EQ(audit[0].action, "SetLimit");
  EXPECT_EQ(audit[0].subject, "user_active");
  EXPECT_EQ(audit[0].before, R"({"value":"200"})");
  EXPECT_EQ(audit[0].after, R"({"value":"7"})");
  EXPECT_TRUE(audit[0].fleet_id.IsNone());
}

TEST_F(LimitStoreTest, WithoutAValueTheDeliveredOneIsRestored) {
  for (const domain::LimitKind& kind : domain::AllLimitKinds()) {
    Set(std::string(kind.name), "", kind.least + 1);
    const LimitStore::Changed changed = Set(std::string(kind.name), "", std::nullopt);
    EXPECT_EQ(changed.limit.value, domain::Limits().*(kind.field)) << kind.name;
    EXPECT_EQ(changed.previous_value, kind.least + 1) << kind.name;
  }
}

TEST_F(LimitStoreTest, ExceptionsComeAndGo) {
  LimitStore::Changed changed = Set("user_active", "ann", 5);
  EXPECT_EQ(changed.limit.scope, "ann");
  EXPECT_EQ(changed.limit.value, 5);
  EXPECT_EQ(changed.previous_value, 200) << "what held for her before";
  EXPECT_EQ(Set("user_active", "ann", 6).previous_value, 5);
  Set("pool_active", "big", 3);
  Set("user_active", "Ann", 4);
  const std::vector<std::string> all = List();
  ASSERT_EQ(all.size(), 15U);
  EXPECT_EQ(std::vector<std::string>(all.end() - 3, all.end()),
            (std::vector<std::string>{"user_active=200", "user_active:Ann=4", "user_active:ann=6"}));
  changed = Set("user_active", "ann", std::nullopt);
  EXPECT_EQ(changed.limit.scope, "");
  EXPECT_EQ(changed.limit.value, 200);
  EXPECT_EQ(changed.previous_value, 6);
  EXPECT_EQ(List().size(), 14U);
  const auto audit = Audit();
  ASSERT_EQ(audit.size(), 5U);
  EXPECT_EQ(audit[0].subject, "user_active:ann");
  EXPECT_EQ(audit[0].before, R"({"value":"6"})");
  EXPECT_EQ(audit[0].after, "") << "there is no exception any more";
  EXPECT_EQ(audit[4].before, "");
  EXPECT_EQ(audit[4].after, R"({"value":"5"})");
}

TEST_F(LimitStoreTest, EveryBoundIsAllowedAndWhatIsBeyondIsNot) {
  for (const domain::LimitKind& kind : domain::AllLimitKinds()) {
    const std::string name(kind.name);
    EXPECT_EQ(Set(name, "", kind.most).limit.value, kind.most);
    EXPECT_EQ(Set(name, "", kind.least).limit.value, kind.least);
    EXPECT_THAT(limits_.Set({"olga"}, {name, "", int64_t{kind.most} + 1}),
                StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(limits_.Set({"olga"}, {name, "", int64_t{kind.least} - 1}),
                StatusIs(absl::StatusCode::kInvalidArgument));
    const bool may_have_scope = kind.scope != domain::ScopeKind::kNone;
    EXPECT_EQ(limits_.Set({"olga"}, {name, "some-one", 1}).ok(), may_have_scope) << name;
  }
}

TEST_F(LimitStoreTest, WhatAProgramIsGivenAtItsStartIsWrittenOnce) {
  const StartSettings given{.lease_duration = absl::Seconds(3), .cancel_grace = std::nullopt};
  for (int start = 0; start < 2; ++start) {
    FLEET_ASSERT_OK_AND_ASSIGN(const domain::Limits in_force, TakeSettings(database_.url(), "fleet-worker", given));
    EXPECT_EQ(in_force.Lease(), absl::Seconds(3));
    EXPECT_EQ(in_force.CancelGrace(), absl::Seconds(30));
    EXPECT_EQ(in_force.PresenceGap(), absl::Seconds(3)) << "no longer than a lease";
  }
  ASSERT_EQ(Audit().size(), 1U);
  EXPECT_EQ(Audit()[0].actor, "fleet-worker");
  EXPECT_EQ(Audit()[0].subject, "lease_ms");
}

TEST_F(LimitStoreTest, RefusalsChangeNothingAndAreNotAudited) {
  const absl::Status unknown = limits_.Set({"olga"}, {"nothing", "", 1}).status();
  EXPECT_THAT(unknown, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(GetErrorInfo(unknown).reason, "LIMIT_NOT_FOUND");
  const absl::Status scope = limits_.Set({"olga"}, {"system_active", "ann", 1}).status();
  EXPECT_THAT(scope, StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(GetErrorInfo(scope).violations.at(0).field, "scope");
  EXPECT_THAT(limits_.Set({"olga"}, {"pool_active", "No Pool", 1}), StatusIs(absl::StatusCode::kInvalidArgument));
  const absl::Status kind = limits_.Set({"olga"}, {"pool_active", "ann", 1, domain::ScopeKind::kUser}).status();
  EXPECT_EQ(GetErrorInfo(kind).violations.at(0).description,
            "pool_active has exceptions for single pools, not for users");
  EXPECT_EQ(GetErrorInfo(limits_.Set({"olga"}, {"user_active", "large", 1, domain::ScopeKind::kPool}).status())
                .violations.at(0)
                .field,
            "scope_kind");
  EXPECT_THAT(Audit(), IsEmpty());
  EXPECT_EQ(List().size(), 12U);
  FLEET_EXPECT_OK(limits_.Set({"olga"}, {"user_active", "ann", 1, domain::ScopeKind::kUser}).status());
}

TEST_F(LimitStoreTest, AuditIsListedNewestFirstPageByPageAndByFleet) {
  const domain::Ulid fleet = domain::Ulid::Generate(absl::FromUnixSeconds(1'700'000'000));
  for (int i = 1; i <= 3; ++i) Set("user_active", "", i);
  stores_.Sql(absl::StrCat("insert into audit_events (actor, action, fleet_id) values ('olga', 'PauseFleet', '",
                           fleet.ToUuid(), "')"));
  AuditStore audit(stores_.pool);
  std::vector<int64_t> ids;
  int64_t before = 0;
  for (int page = 0; page < 4; ++page) {
    const auto records = audit.List(testing::kAlice, {}, before, 1);
    ASSERT_TRUE(records.ok() && records->size() == 1);
    before = (*records)[0].event_id;
    ids.push_back(before);
  }
  EXPECT_THAT(ids, ElementsAre(ids[0], ids[0] - 1, ids[0] - 2, ids[0] - 3));
  const auto none = audit.List(testing::kAlice, {}, before, 1);
  FLEET_ASSERT_OK(none);
  EXPECT_THAT(*none, IsEmpty());
  const auto of_fleet = audit.List(testing::kAlice, fleet, 0, 10);
  FLEET_ASSERT_OK(of_fleet);
  ASSERT_EQ(of_fleet->size(), 1U);
  EXPECT_EQ((*of_fleet)[0].action, "PauseFleet");
  EXPECT_EQ((*of_fleet)[0].fleet_id, fleet);
}

}  // namespace
}  // namespace fleet::store
