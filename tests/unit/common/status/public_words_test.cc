#include "common/status/public_words.h"

#include <gmock/gmock.h>

#include "common/status/error_info.h"

namespace fleet {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Status kPrivate = absl::UnavailableError("connection to server at db-7, port 5432");

TEST(PublicWordsTest, CallersAreToldThePublicWordsOnly) {
  const absl::Status status = WithPublicWords(kPrivate, "the database is away");
  EXPECT_TRUE(HasPublicWords(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("db-7")) << "the log has it";
  EXPECT_EQ(ForCallers(status), absl::UnavailableError("the database is away"));
}

TEST(PublicWordsTest, ACallsIdIsInTheMessageAndInTheDetails) {
  const absl::Status told = ForCallers(WithPublicWords(kPrivate, "the database is away"), "c0ffee");
  EXPECT_EQ(told.message(), "the database is away (call c0ffee)");
  EXPECT_EQ(GetErrorInfo(told).metadata["call_id"], "c0ffee");
  EXPECT_EQ(GetErrorInfo(told).reason, "UNAVAILABLE");
  EXPECT_THAT(told.ToString(), Not(HasSubstr("db-7")));
}

TEST(PublicWordsTest, OtherErrorsAreToldAsTheyAre) {
  EXPECT_EQ(ForCallers(absl::NotFoundError("no fleet"), "c0ffee"), absl::NotFoundError("no fleet"));
  EXPECT_FALSE(HasPublicWords(absl::NotFoundError("no fleet")));
}

}  // namespace
}  // namespace fleet
