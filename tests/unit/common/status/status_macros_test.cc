#include "common/status/status_macros.h"

#include <memory>

#include "tests/support/status_matchers.h"

namespace fleet {
namespace {

using ::fleet::testing::IsOk;
using ::fleet::testing::IsOkAndHolds;
using ::fleet::testing::StatusIs;

absl::StatusOr<int> Half(int number) {
  if (number % 2 != 0) return absl::InvalidArgumentError("odd");
  return number / 2;
}

absl::StatusOr<int> Quarter(int number) {
  FLEET_ASSIGN_OR_RETURN(const int half, Half(number));
  FLEET_ASSIGN_OR_RETURN(const int quarter, Half(half));
  return quarter;
}

absl::Status Both(const absl::Status& first, const absl::Status& second) {
  FLEET_RETURN_IF_ERROR(first);
  FLEET_RETURN_IF_ERROR(second);
  return absl::OkStatus();
}

TEST(StatusMacrosTest, ReturnIfErrorReturnsTheFirstError) {
  EXPECT_THAT(Both(absl::OkStatus(), absl::OkStatus()), IsOk());
  EXPECT_THAT(Both(absl::OkStatus(), absl::AbortedError("b")), StatusIs(absl::StatusCode::kAborted, "b"));
  EXPECT_THAT(Both(absl::NotFoundError("a"), absl::AbortedError("b")), StatusIs(absl::StatusCode::kNotFound, "a"));
}

TEST(StatusMacrosTest, AssignOrReturnAssignsOrReturns) {
  EXPECT_THAT(Quarter(12), IsOkAndHolds(3));
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(StatusMacrosTest, AssignOrReturnMovesTheValue) {
  const auto take = [](absl::StatusOr<std::unique_ptr<int>> box) -> absl::StatusOr<int> {
    FLEET_ASSIGN_OR_RETURN(const std::unique_ptr<int> content, std::move(box));
    return *content;
  };
  EXPECT_THAT(take(std::make_unique<int>(7)), IsOkAndHolds(7));
}

}  // namespace
}  // namespace fleet
