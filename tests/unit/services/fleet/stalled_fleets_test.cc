#include "services/fleet/stalled_fleets.h"

#include <gmock/gmock.h>

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const absl::Time kStart = absl::FromUnixSeconds(5000);

class StalledFleetsTest : public ::testing::Test {
 protected:
  static domain::StartableFleet Fleet(int number, int32_t next_ordinal, int32_t queued, const char* pool = "gpu") {
    return {domain::Ulid::Generate(absl::FromUnixSeconds(number)), pool, next_ordinal, queued};
  }

  StalledFleets stalled_;
};

TEST_F(StalledFleetsTest, AFleetThatStandsStillHasStoodSinceItWasSeenFirst) {
  const domain::StartableFleet fleet = Fleet(1, 10, 4);
  EXPECT_THAT(stalled_.Look({fleet}, kStart), ElementsAre(Pair("gpu", kStart)));
  EXPECT_THAT(stalled_.Look({fleet}, kStart + absl::Seconds(5)), ElementsAre(Pair("gpu", kStart)));
}

TEST_F(StalledFleetsTest, OneThatStartsChildrenBeginsAnew) {
  domain::StartableFleet fleet = Fleet(1, 10, 4);
  stalled_.Look({fleet}, kStart);
  fleet.queued = 3;
  EXPECT_THAT(stalled_.Look({fleet}, kStart + absl::Seconds(5)), ElementsAre(Pair("gpu", kStart + absl::Seconds(5))));
  fleet.next_ordinal = 11;
  EXPECT_THAT(stalled_.Look({fleet}, kStart + absl::Seconds(9)), ElementsAre(Pair("gpu", kStart + absl::Seconds(9))));
}

TEST_F(StalledFleetsTest, OneThatCouldStartNoneMeanwhileBeginsAnew) {
  const domain::StartableFleet fleet = Fleet(1, 10, 4);
  stalled_.Look({fleet}, kStart);
  EXPECT_THAT(stalled_.Look({}, kStart + absl::Seconds(5)), IsEmpty());
  EXPECT_THAT(stalled_.Look({fleet}, kStart + absl::Seconds(9)), ElementsAre(Pair("gpu", kStart + absl::Seconds(9))));
}

TEST_F(StalledFleetsTest, TheOneThatStandsLongestSpeaksForItsPool) {
  const domain::StartableFleet first = Fleet(1, 10, 4);
  const domain::StartableFleet second = Fleet(2, 3, 7);
  const domain::StartableFleet elsewhere = Fleet(3, 5, 5, "small");
  stalled_.Look({first}, kStart);
  EXPECT_THAT(stalled_.Look({second, first, elsewhere}, kStart + absl::Seconds(5)),
              ElementsAre(Pair("gpu", kStart), Pair("small", kStart + absl::Seconds(5))));
}

}  // namespace
}  // namespace fleet::service
