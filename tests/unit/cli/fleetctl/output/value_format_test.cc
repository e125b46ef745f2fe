#include "cli/fleetctl/output/value_format.h"

#include "cli/fleetctl/output/shell_quote.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

TEST(ValueFormatTest, ElapsedTellsTheTwoLargestUnits) {
  EXPECT_EQ(FormatElapsed(absl::ZeroDuration()), "0s");
  EXPECT_EQ(FormatElapsed(absl::Milliseconds(400)), "0.4s");
  EXPECT_EQ(FormatElapsed(absl::Seconds(14)), "14s");
  EXPECT_EQ(FormatElapsed(absl::Seconds(194)), "3m 14s");
  EXPECT_EQ(FormatElapsed(absl::Minutes(123)), "2h 3m");
  EXPECT_EQ(FormatElapsed(absl::Hours(28)), "1d 4h");
  EXPECT_EQ(FormatElapsed(-absl::Seconds(3)), "0s");
}

TEST(ValueFormatTest, CostHasFourDigits) {
  EXPECT_EQ(FormatCost(0), "$0.0000");
  EXPECT_EQ(FormatCost(12.34567), "$12.3457");
}

TEST(ValueFormatTest, DurationsNeedAUnitAndAreBounded) {
  EXPECT_EQ(ParsePositiveDuration("1h30m"), absl::Minutes(90));
  EXPECT_EQ(ParsePositiveDuration("1d"), absl::Hours(24));
  EXPECT_EQ(ParsePositiveDuration("2d12h30m"), absl::Hours(60) + absl::Minutes(30));
  for (const char* text : {"", "30", "-5s", "0s", "inf", "5 parsecs", "99999999999h", "d", "0d", "-1d", "1.5d", "1d2d",
                           "1d-2h", "2days", "99999999999999999999d", "1h1d", "1D", "1d ", "100000d"}) {
    EXPECT_EQ(ParsePositiveDuration(text), absl::ZeroDuration()) << text;
  }
}

TEST(ValueFormatTest, PluralAgrees) {
  EXPECT_EQ(Plural(1, "repository", "repositories"), "1 repository");
  EXPECT_EQ(Plural(0, "repository", "repositories"), "0 repositories");
}

TEST(ShellQuoteTest, QuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(ShellQuote({"bin/fleetctl", "--task", "it's $HOME", "", "k=v"}),
            "bin/fleetctl --task 'it'\\''s $HOME' '' k=v");
}

}  // namespace
}  // namespace fleet::cli
