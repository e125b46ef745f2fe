#include "common/domain/ulid.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

namespace fleet::domain {
namespace {

using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(UlidTest, MatchesTheSpecificationsExample) {
  // github.com/ulid/spec: the time 1469918176385 is written 01ARYZ6S41.
  EXPECT_THAT(Ulid::Generate(absl::FromUnixMillis(1469918176385)).ToString(), StartsWith("01ARYZ6S41"));
}

TEST(UlidTest, ReadsWhatItWrites) {
  for (int i = 0; i < 1000; ++i) {
    const Ulid ulid = Ulid::Generate(absl::FromUnixSeconds(1'700'000'000 + i));
    EXPECT_EQ(Ulid::Parse(ulid.ToString()), ulid);
    EXPECT_EQ(Ulid::FromUuid(ulid.ToUuid()), ulid);
  }
}

TEST(UlidTest, AcceptsLowerCase) {
  EXPECT_EQ(Ulid::Parse("01aryz6s41tsv4rrffq69g5fav"), Ulid::Parse("01ARYZ6S41TSV4RRFFQ69G5FAV"));
  EXPECT_TRUE(Ulid::Parse("01aryz6s41tsv4rrffq69g5fav").has_value());
}

TEST(UlidTest, TheTextAndTheUuidSortAlike) {
  const Ulid earlier = Ulid::Generate(absl::FromUnixMillis(1'000'000));
  const Ulid later = Ulid::Generate(absl::FromUnixMillis(1'000'001));
  EXPECT_LT(earlier, later);
  EXPECT_LT(earlier.ToString(), later.ToString());
  EXPECT_LT(earlier.ToUuid(), later.ToUuid());
}

TEST(UlidTest, WritesTheExtremes) {
  EXPECT_EQ(Ulid().ToString(), "00000000000000000000000000");
  EXPECT_EQ(Ulid().ToUuid(), "00000000-0000-0000-0000-000000000000");
  const auto highest = Ulid::FromUuid("ffffffff-ffff-ffff-ffff-ffffffffffff");
  ASSERT_TRUE(highest.has_value());
  EXPECT_EQ(highest->ToString(), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
}

TEST(UlidTest, NoneIsAllZero) {
  EXPECT_TRUE(Ulid().IsNone());
  EXPECT_FALSE(Ulid::Generate(absl::FromUnixMillis(1)).IsNone());
}

TEST(UlidTest, OneMillisecondHoldsMany) {
  std::set<Ulid> seen;
  for (int i = 0; i < 10'000; ++i) seen.insert(Ulid::Generate(absl::FromUnixMillis(1'700'000'000'000)));
  EXPECT_THAT(seen, SizeIs(10'000));
}

class UlidRefusesTest : public ::testing::TestWithParam<const char*> {};

TEST_P(UlidRefusesTest, WhatIsNotAUlid) { EXPECT_EQ(Ulid::Parse(GetParam()), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(Texts, UlidRefusesTest,
                         ::testing::Values("", "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FAVX",
                                           "81ARYZ6S41TSV4RRFFQ69G5FAV", "01ARYZ6S41TSV4RRFFQ69G5FAI",
                                           "01ARYZ6S41TSV4RRFFQ69G5FAU", "01ARYZ6S41 SV4RRFFQ69G5FAV"));

TEST(UlidTest, RefusesWhatIsNotAUuid) {
  EXPECT_EQ(Ulid::FromUuid(""), std::nullopt);
  EXPECT_EQ(Ulid::FromUuid("00000000-0000-0000-0000-00000000000"), std::nullopt);
  EXPECT_EQ(Ulid::FromUuid("00000000-0000-0000-0000-0000000000000"), std::nullopt);
  EXPECT_EQ(Ulid::FromUuid("0000000g-0000-0000-0000-000000000000"), std::nullopt);
}

}  // namespace
}  // namespace fleet::domain
