#include "common/rpc/authenticator.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/support/status_matchers.h"
#include "tests/unit/common/rpc/fake_transport.h"

namespace fleet::rpc {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kKey[] = "x-fleet-user";

TEST(AuthenticatorTest, TheCallerIsWhomTheMetadataNames) {
  const auto caller = Authenticator(true).Authenticate(FakeMetadata({{kKey, "ana@example.org"}}));
  FLEET_ASSERT_OK(caller);
  EXPECT_EQ(caller->user, "ana@example.org");
}

TEST(AuthenticatorTest, NobodyIsBelievedUnlessSoConfigured) {
  EXPECT_THAT(Authenticator(false).Authenticate(FakeMetadata({{kKey, "ana"}})),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("--insecure_identity")));
}

TEST(AuthenticatorTest, ACallWithoutANameIsRefused) {
  EXPECT_THAT(Authenticator(true).Authenticate(FakeMetadata({})),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("x-fleet-user")));
}

TEST(AuthenticatorTest, TwoNamesAreRefused) {
  EXPECT_THAT(Authenticator(true).Authenticate(FakeMetadata({{kKey, "ana"}, {kKey, "bob"}})),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("twice")));
}

TEST(AuthenticatorTest, AMalformedNameIsRefused) {
  for (const std::string& user : {std::string(), std::string("two words"), std::string(129, 'a')}) {
    EXPECT_THAT(Authenticator(true).Authenticate(FakeMetadata({{kKey, user}})),
                StatusIs(absl::StatusCode::kUnauthenticated))
        << user;
  }
}

}  // namespace
}  // namespace fleet::rpc
