#include "services/fleet/requests/violations.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(ViolationsTest, NoneIsOk) {
  Violations violations;
  violations.AddProblem("field", "");
  FLEET_EXPECT_OK(violations.ToStatus());
}

TEST(ViolationsTest, OneIsTheMessage) {
  Violations violations;
  violations.Add("name", "is empty");
  EXPECT_THAT(violations.ToStatus(), StatusIs(absl::StatusCode::kInvalidArgument, "name: is empty"));
  const ErrorInfo info = GetErrorInfo(violations.ToStatus());
  EXPECT_EQ(info.reason, "INVALID_ARGUMENT");
  EXPECT_EQ(info.metadata.at("count"), "1");
  EXPECT_THAT(info.violations, ElementsAre(AllOf(Field(&FieldViolation::field, "name"),
                                                 Field(&FieldViolation::description, "is empty"))));
}

TEST(ViolationsTest, ShowsTheFirstTwentyAndCountsAll) {
  Violations violations;
  for (int i = 0; i < 21; ++i) violations.Add("f" + std::to_string(i), "is bad");
  EXPECT_THAT(violations.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("f0: is bad (and 20 more)")));
  const ErrorInfo info = GetErrorInfo(violations.ToStatus());
  EXPECT_THAT(info.violations, SizeIs(20));
  EXPECT_EQ(info.violations.back().field, "f19");
  EXPECT_EQ(info.metadata.at("count"), "21");
}

TEST(ViolationsTest, CountsTextInCharacters) {
  std::string text;
  for (int i = 0; i < 10; ++i) text += "\xE2\x82\xAC";
  Violations fits;
  fits.CheckText("text", text, 10);
  FLEET_EXPECT_OK(fits.ToStatus());
  Violations too_long;
  too_long.CheckText("text", text + "x", 10);
  EXPECT_THAT(too_long.ToStatus(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("longer than 10 characters")));
}

TEST(ViolationsTest, RefusesNulBytes) {
  Violations violations;
  violations.CheckText("text", std::string("a\0b", 3), 10);
  EXPECT_THAT(violations.ToStatus(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("NUL")));
}

TEST(ViolationsTest, NamesWhatNobodySees) {
  Violations violations;
  violations.CheckText("text", "one\n👩\u200D🚒", 10);
  violations.CheckText("name", "plain name", 10, domain::TextKind::kName);
  FLEET_EXPECT_OK(violations.ToStatus());
  violations.CheckText("text", "a\nb\u200B", 10);
  violations.CheckText("name", "a\nb", 10, domain::TextKind::kName);
  const ErrorInfo info = GetErrorInfo(violations.ToStatus());
  ASSERT_THAT(info.violations, SizeIs(2));
  EXPECT_EQ(info.violations[0].description, "holds the invisible character U+200B at character 4");
  EXPECT_EQ(info.violations[1].description, "holds the control character U+000A at character 2");
}

}  // namespace
}  // namespace fleet::service
