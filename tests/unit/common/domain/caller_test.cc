#include "common/domain/caller.h"

#include <string>

#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

TEST(CallerTest, UserNamesArePrintableWithoutSpace) {
  EXPECT_TRUE(IsUserName("ana@example.org"));
  EXPECT_TRUE(IsUserName(std::string(128, 'a')));
  EXPECT_FALSE(IsUserName(""));
  EXPECT_FALSE(IsUserName("a b"));
  EXPECT_FALSE(IsUserName("é"));
  EXPECT_FALSE(IsUserName(std::string(129, 'a')));
}

}  // namespace
}  // namespace fleet::domain
