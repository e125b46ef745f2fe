#include "services/fleet/requests/page_fill.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "fleet/v1/fleet_service.pb.h"

namespace fleet::service {
namespace {

using ::testing::SizeIs;

// A group whose words have so many bytes.
void ToGroup(const std::size_t& bytes, v1::FailureGroup& group) { group.set_fingerprint(std::string(bytes, 'x')); }

TEST(FillPageTest, APageHasWhatFitsAndAtMostWhatWasAskedFor) {
  v1::ListFailureGroupsResponse page;
  EXPECT_EQ(FillPage(std::vector<std::size_t>{}, 5, *page.mutable_groups(), ToGroup), 0U);
  EXPECT_EQ(FillPage(std::vector<std::size_t>{1, 2, 3}, 5, *page.mutable_groups(), ToGroup), 3U);
  EXPECT_THAT(page.groups(), SizeIs(3));
  page.Clear();
  EXPECT_EQ(FillPage(std::vector<std::size_t>{1, 2, 3}, 2, *page.mutable_groups(), ToGroup), 2U);
  EXPECT_THAT(page.groups(), SizeIs(2));
}

TEST(FillPageTest, WhatWouldMakeItTooLongIsLeftForTheNext) {
  const std::size_t half = domain::kMaxPageBytes / 2;
  v1::ListFailureGroupsResponse page;
  EXPECT_EQ(FillPage(std::vector<std::size_t>{half - 100, half - 100, 1000, 1}, 4, *page.mutable_groups(), ToGroup),
            2U);
  EXPECT_THAT(page.groups(), SizeIs(2));
  EXPECT_LE(page.ByteSizeLong(), domain::kMaxPageBytes);
}

TEST(FillPageTest, OneEntryIsToldHoweverLongItIs) {
  v1::ListFailureGroupsResponse page;
  EXPECT_EQ(FillPage(std::vector<std::size_t>{2 * domain::kMaxPageBytes, 1}, 2, *page.mutable_groups(), ToGroup), 1U);
  EXPECT_THAT(page.groups(), SizeIs(1));
}

}  // namespace
}  // namespace fleet::service
