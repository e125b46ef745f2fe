#include "cli/fleetctl/parsing/fleet_reference.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kId[] = "01JZ3K9QW0ABCDEFGHJKMNPQRS";

TEST(FleetReferenceTest, IsAnIdOrItsBeginningInEitherCase) {
  EXPECT_EQ(*ParseFleetReference(kId), kId);
  EXPECT_EQ(*ParseFleetReference("01jz3k9qw0abcdefghjkmnpqrs"), kId);
  EXPECT_EQ(*ParseFleetReference("01jz3k9q"), "01JZ3K9Q");
  EXPECT_TRUE(IsWholeFleetId(kId));
  EXPECT_FALSE(IsWholeFleetId("01JZ3K9Q"));
}

TEST(FleetReferenceTest, IsTheLatest) {
  EXPECT_EQ(*ParseFleetReference("@latest"), kLatestFleet);
  EXPECT_EQ(*ParseFleetReference("@LATEST"), kLatestFleet);
}

TEST(FleetReferenceTest, SaysWhatIsWrongWithAnythingElse) {
  EXPECT_THAT(std::string(ParseFleetReference("01JZ3K9").status().message()),
              HasSubstr("is too short: give 8 or more"));
  // A letter that ids do not have, a first digit beyond 7, one character too many.
  for (const char* text : {"", "01JZ3K9U", "91JZ3K9Q", "01JZ3K9QW0ABCDEFGHJKMNPQRST", "@last", "acme/shop"}) {
    EXPECT_THAT(std::string(ParseFleetReference(text).status().message()), HasSubstr("is not a fleet id")) << text;
  }
}

}  // namespace
}  // namespace fleet::cli
