#include "workers/task_runner/redact_credentials.h"

#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

TEST(RedactCredentialsTest, RemovesUserInformationOnly) {
  EXPECT_EQ(RedactCredentials("see https://u:p@h/a@b and ssh://git@h/x."), "see https://***@h/a@b and ssh://***@h/x.");
  EXPECT_EQ(RedactCredentials("https://h/a mail me@h"), "https://h/a mail me@h");
  EXPECT_EQ(RedactCredentials("'https://p@ss@h/'"), "'https://***@h/'");
}

}  // namespace
}  // namespace fleet::runner
