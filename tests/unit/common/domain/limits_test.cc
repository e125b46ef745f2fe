#include "common/domain/limits.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace fleet::domain {
namespace {

TEST(LimitTableTest, AnExceptionIsForItsOwnLimitAndScopeOnly) {
  Limits limits;
  limits.user_active = 20;
  limits.open_fleets_user = 5;
  limits.submit_rate_user = 7;
  limits.pool_active = 9;
  limits.overrides = {{{"user_active", "ann"}, 3}, {{"open_fleets_user", "bob"}, 0}, {{"pool_active", "ann"}, 1}};
  EXPECT_EQ(limits.UserActive("ann"), 3);
  EXPECT_EQ(limits.UserActive("bob"), 20);
  EXPECT_EQ(limits.OpenFleetsOf("ann"), 5);
  EXPECT_EQ(limits.OpenFleetsOf("bob"), 0);
  EXPECT_EQ(limits.SubmitRateOf("ann"), 7);
  EXPECT_EQ(limits.PoolActive("ann"), 1);
  EXPECT_EQ(limits.PoolActive("default"), 9);
}

TEST(LimitTableTest, EveryKindHasItsOwnFieldAndAllowsWhatIsDelivered) {
  std::set<const int32_t*> fields;
  const Limits delivered;
  std::string last;
  for (const LimitKind& kind : AllLimitKinds()) {
    EXPECT_LT(last, kind.name) << "by name";
    last = std::string(kind.name);
    EXPECT_EQ(FindLimitKind(kind.name), &kind);
    EXPECT_TRUE(fields.insert(&(delivered.*(kind.field))).second) << kind.name;
    EXPECT_GE(delivered.*(kind.field), kind.least) << kind.name;
    EXPECT_LE(delivered.*(kind.field), kind.most) << kind.name;
  }
  EXPECT_EQ(fields.size(), 12U);
  EXPECT_EQ(FindLimitKind("nothing"), nullptr);
}

}  // namespace
}  // namespace fleet::domain
