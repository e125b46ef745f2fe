#include "common/domain/failure.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

bool IsUpperSnake(absl::string_view name) {
  return !name.empty() && name.front() != '_' && name.back() != '_' && !absl::StrContains(name, "__") &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c == '_' || absl::ascii_isupper(static_cast<unsigned char>(c)); });
}

absl::string_view YesNo(bool value) { return value ? "yes" : "no"; }

void ExpectWords(const FailureKind& kind) {
  EXPECT_TRUE(IsUpperSnake(kind.name)) << kind.name;
  EXPECT_FALSE(kind.title.empty()) << kind.name;
  EXPECT_LE(kind.title.size(), 40u) << kind.name;
  EXPECT_FALSE(absl::EndsWith(kind.title, ".")) << kind.name;
  EXPECT_GE(kind.remedy.size(), 20u) << kind.name;
  EXPECT_LE(kind.remedy.size(), 160u) << kind.name;
  EXPECT_TRUE(absl::EndsWith(kind.remedy, ".")) << kind.name;
}

TEST(FailureTest, EveryReasonHasWordsAndACategory) {
  EXPECT_EQ(AllFailureKinds().size(), static_cast<std::size_t>(FailureReason::kBranchIsBase));
  for (const FailureKind& kind : AllFailureKinds()) {
    ExpectWords(kind);
    EXPECT_NE(kind.category, FailureCategory::kNone) << kind.name;
    EXPECT_EQ(KindOf(kind.reason).name, kind.name);
  }
}

TEST(FailureTest, NamesAndTitlesAreUnique) {
  std::set<absl::string_view> names;
  std::set<absl::string_view> titles;
  for (const FailureKind& kind : AllFailureKinds()) {
    EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
    EXPECT_TRUE(titles.insert(kind.title).second) << kind.title;
  }
}

TEST(FailureTest, WhatUsesNoTryIsTriedAgain) {
  std::set<FailureReason> capacity;
  for (const FailureKind& kind : AllFailureKinds()) {
    if (!kind.capacity) continue;
    capacity.insert(kind.reason);
    EXPECT_TRUE(kind.retryable) << kind.name;
  }
  EXPECT_EQ(capacity, (std::set<FailureReason>{FailureReason::kRunnerLost, FailureReason::kGivenBack,
                                               FailureReason::kDiskFull, FailureReason::kRateLimited,
                                               FailureReason::kOutOfMemory, FailureReason::kProcessLimit}));
}

TEST(FailureTest, EveryCategoryHasAReasonAndAGeneralKind) {
  std::set<FailureCategory> categories;
  for (const FailureKind& kind : AllFailureKinds()) categories.insert(kind.category);
  for (std::size_t i = 1; i < kFailureCategoryCount; ++i) {
    const auto category = static_cast<FailureCategory>(i);
    EXPECT_EQ(categories.count(category), 1u) << i;
    const FailureKind& kind = GeneralKindOf(category);
    ExpectWords(kind);
    EXPECT_EQ(kind.category, category);
    EXPECT_EQ(kind.reason, FailureReason::kUnspecified);
    EXPECT_FALSE(kind.capacity) << kind.name;
  }
}

// Whether a failure is tried again must not depend on how much of it is known.
TEST(FailureTest, AReasonIsRetryableAsItsCategoryIs) {
  for (const FailureKind& kind : AllFailureKinds()) {
    EXPECT_EQ(kind.retryable, IsRetryable(kind.category)) << kind.name;
  }
}

TEST(FailureTest, NetworkConcurrencyAndComputeAreRetryable) {
  for (std::size_t i = 0; i <= kFailureCategoryCount; ++i) {
    const auto category = static_cast<FailureCategory>(i);
    EXPECT_EQ(IsRetryable(category), category == FailureCategory::kNetwork ||
                                         category == FailureCategory::kConcurrency ||
                                         category == FailureCategory::kCompute);
  }
}

TEST(FailureTest, TheDocumentationHasTheSameTables) {
  std::ifstream file(FLEET_FAILURES_DOC);
  ASSERT_TRUE(file.is_open());
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::size_t rows = 0;
  for (const FailureKind& kind : AllFailureKinds()) {
    const std::string category = absl::AsciiStrToLower(GeneralKindOf(kind.category).name);
    const std::string row = absl::StrCat("\n| `", kind.name, "` | ", category, " | ", kind.title, " | ", kind.remedy,
                                         " | ", YesNo(kind.retryable), " | ", YesNo(!kind.capacity), " |\n");
    EXPECT_TRUE(absl::StrContains(text, row)) << row;
    ++rows;
  }
  for (std::size_t i = 1; i < kFailureCategoryCount; ++i) {
    const FailureKind& kind = GeneralKindOf(static_cast<FailureCategory>(i));
    const std::string row = absl::StrCat("\n| ", absl::AsciiStrToLower(kind.name), " | ", kind.title, " | ",
                                         kind.remedy, " | ", YesNo(kind.retryable), " |\n");
    EXPECT_TRUE(absl::StrContains(text, row)) << row;
    ++rows;
  }
  // Beside them, each table has a head and a rule.
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_EQ(
      std::count_if(lines.begin(), lines.end(), [](absl::string_view line) { return absl::StartsWith(line, "|"); }),
      static_cast<std::ptrdiff_t>(rows + 4));
}

TEST(FailureTest, WhatIsNotKnownIsUnknown) {
  for (const int number : {0, -1, static_cast<int>(FailureReason::kBranchIsBase) + 1, 1000}) {
    EXPECT_EQ(KindOf(static_cast<FailureReason>(number)).reason, FailureReason::kUnknown) << number;
    EXPECT_EQ(GeneralKindOf(static_cast<FailureCategory>(number)).category, FailureCategory::kUnknown) << number;
  }
}

}  // namespace
}  // namespace fleet::domain
