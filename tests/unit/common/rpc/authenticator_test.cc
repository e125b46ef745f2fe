#include "common/rpc/authenticator.h"

#include <gmock/gmock.h>

#include <string>

#include "grpcpp/test/server_context_test_spouse.h"
#include "tests/support/status_matchers.h"

namespace fleet::rpc {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

class AuthenticatorTest : public ::testing::Test {
 protected:
  void Send(const std::string& user) { metadata_.AddClientMetadata("x-fleet-user", user); }

  grpc::ServerContext context_;
  grpc::testing::ServerContextTestSpouse metadata_{&context_};
};

TEST_F(AuthenticatorTest, TheCallerIsWhomTheMetadataNames) {
  Send("ana@example.org");
  const auto caller = Authenticator(true).Authenticate(context_);
  FLEET_ASSERT_OK(caller);
  EXPECT_EQ(caller->user, "ana@example.org");
}

TEST_F(AuthenticatorTest, NobodyIsBelievedUnlessSoConfigured) {
  Send("ana");
  EXPECT_THAT(Authenticator(false).Authenticate(context_),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("--insecure_identity")));
}

TEST_F(AuthenticatorTest, ACallWithoutANameIsRefused) {
  EXPECT_THAT(Authenticator(true).Authenticate(context_),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("x-fleet-user")));
}

TEST_F(AuthenticatorTest, TwoNamesAreRefused) {
  Send("ana");
  Send("bob");
  EXPECT_THAT(Authenticator(true).Authenticate(context_),
              StatusIs(absl::StatusCode::kUnauthenticated, HasSubstr("twice")));
}

TEST_F(AuthenticatorTest, AMalformedNameIsRefused) {
  for (const std::string& user : {std::string(), std::string("two words"), std::string(129, 'a')}) {
    grpc::ServerContext context;
    grpc::testing::ServerContextTestSpouse metadata(&context);  // keeps what the context refers to
    metadata.AddClientMetadata("x-fleet-user", user);
    EXPECT_THAT(Authenticator(true).Authenticate(context), StatusIs(absl::StatusCode::kUnauthenticated)) << user;
  }
}

}  // namespace
}  // namespace fleet::rpc
