// GoogleTest matchers for absl::Status and absl::StatusOr, in the shape of Abseil's own (newer) ones.
//
//   EXPECT_THAT(store.Get(id), IsOkAndHolds(fleet));
//   EXPECT_THAT(store.Get(other), StatusIs(absl::StatusCode::kNotFound, HasSubstr("no such fleet")));
#ifndef FLEET_TESTS_SUPPORT_STATUS_MATCHERS_H_
#define FLEET_TESTS_SUPPORT_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/status/status_macros.h"

namespace fleet::testing {
namespace internal {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& value) {
  return value.status();
}

}  // namespace internal

MATCHER(IsOk, negation ? "is not OK" : "is OK") {
  const absl::Status& status = internal::StatusOf(arg);
  if (!status.ok()) *result_listener << status;
  return status.ok();
}

MATCHER_P(IsOkAndHolds, inner, negation ? "is not OK or holds another value" : "is OK and holds the expected value") {
  if (!arg.ok()) {
    *result_listener << arg.status();
    return false;
  }
  return ::testing::ExplainMatchResult(inner, *arg, result_listener);
}

MATCHER_P(StatusIs, code, "has the status code " + absl::StatusCodeToString(code)) {
  const absl::Status& status = internal::StatusOf(arg);
  *result_listener << status;
  return status.code() == code;
}

MATCHER_P2(StatusIs, code, message,
           "has the status code " + absl::StatusCodeToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message, negation)) {
  const absl::Status& status = internal::StatusOf(arg);
  *result_listener << status << ' ';
  return status.code() == code &&
         ::testing::ExplainMatchResult(message, std::string(status.message()), result_listener);
}

}  // namespace fleet::testing

#define FLEET_EXPECT_OK(expression) EXPECT_THAT(expression, ::fleet::testing::IsOk())
#define FLEET_ASSERT_OK(expression) ASSERT_THAT(expression, ::fleet::testing::IsOk())

// Declares and assigns the value of an absl::StatusOr, or fails the test.
#define FLEET_ASSERT_OK_AND_ASSIGN(declaration, expression) \
  FLEET_ASSERT_OK_AND_ASSIGN_INNER_(FLEET_STATUS_CONCAT_(fleet_asserted_, __LINE__), declaration, expression)
#define FLEET_ASSERT_OK_AND_ASSIGN_INNER_(holder, declaration, expression) \
  auto holder = (expression);                                              \
  ASSERT_THAT(holder, ::fleet::testing::IsOk());                           \
  declaration = std::move(holder).value()

#endif  // FLEET_TESTS_SUPPORT_STATUS_MATCHERS_H_
