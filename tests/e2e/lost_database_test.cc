// PostgreSQL goes away as in a power failure, in the middle of a fleet.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "grpc/health/v1/health.pb.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "tests/e2e/end_to_end_test.h"
#include "tests/e2e/watch_output.h"
#include "tests/support/http_client.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::e2e {
namespace {

using ::fleet::testing::WaitUntil;
using Health = grpc::health::v1::HealthCheckResponse;

class LostDatabaseTest : public EndToEndTest {
 protected:
  LostDatabaseTest() : EndToEndTest(Server::kOwn) {}

  // The answers of /readyz and of /healthz, without their heads.
  static std::string Probes(int port) {
    std::string answers;
    for (const char* path : {"/readyz", "/healthz"}) {
      const std::string answer = testing::HttpGet(port, path);
      absl::StrAppend(&answers, answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4)));
    }
    return answers;
  }
  // What service-1's health service says of the service of this name.
  Health::ServingStatus HealthOf(const std::string& name) {
    using grpc::internal::RpcMethod;
    grpc::ClientContext context;
    rpc::PrepareContext(context, "", absl::Seconds(20));
    grpc::health::v1::HealthCheckRequest request;
    request.set_service(name);
    Health response;
    const grpc::Status status = grpc::internal::BlockingUnaryCall(
        channel_.get(), RpcMethod("/grpc.health.v1.Health/Check", RpcMethod::NORMAL_RPC), &context, request, &response);
    EXPECT_TRUE(status.ok()) << name << ": " << status.error_message();
    return response.status();
  }
  // Whether service and worker come to say `ready`, and that they are healthy.
  bool Say(absl::string_view ready) {
    return WaitUntil([&] {
      for (const char* name : {"service-1", "worker-1"}) {
        const std::string said = Probes(stack().MetricsPort(name));
        if (!absl::StartsWith(said, ready) || !absl::EndsWith(said, "\nok\n")) return false;
      }
      return true;
    });
  }

  const std::shared_ptr<grpc::Channel> channel_ = rpc::MakeChannel(stack().Address("service-1"));
};

TEST_F(LostDatabaseTest, HealthFollowsItAndLivenessDoesNot) {
  ExpectNoWork();
  const auto comes_to_say = [this](Health::ServingStatus status, absl::Duration limit = absl::Seconds(20)) {
    return WaitUntil([&] { return HealthOf("") == status && HealthOf("fleet.v1.FleetService") == status; }, limit);
  };
  EXPECT_TRUE(comes_to_say(Health::SERVING));
  FLEET_ASSERT_OK(postgres().StopImmediate());
  // As long as whoever balances load may go on sending calls to a service that cannot answer them.
  EXPECT_TRUE(comes_to_say(Health::NOT_SERVING, absl::Seconds(3)));
  EXPECT_EQ(HealthOf("liveness"), Health::SERVING);
  FLEET_ASSERT_OK(postgres().Restart());
  EXPECT_TRUE(comes_to_say(Health::SERVING));
  EXPECT_EQ(HealthOf("liveness"), Health::SERVING);
}

TEST_F(LostDatabaseTest, AFleetEndsRightAfterPostgresWasGone) {
  const std::vector<std::string> repos = AddRepositories(8);
  ApplyScript(gate().Script("echo $FLEET_REPO > change"));
  stack().StartRunner("runner-1", {"service-1", "service-2"});
  stack().StartRunner("runner-2", {"service-2", "service-1"});
  const std::string id = Submit(repos);
  const auto watch = StartFleetctl({"watch", id, "-o", "json"});
  for (const char* repo : {"acme/r1", "acme/r2"}) gate().OpenFor(repo);
  WaitFor(id, [](const v1::Fleet& fleet) {
    return fleet.rollup().states().completed() == 2 && fleet.rollup().states().running() == 4;
  });

  EXPECT_TRUE(Say("ready\n"));

  FLEET_ASSERT_OK(postgres().StopImmediate());
  // Steps end now, and what came of them cannot be recorded.
  gate().OpenFor("acme/r3");
  gate().OpenFor("acme/r4");
  EXPECT_TRUE(WaitUntil([this] { return !gate().IsAlive("acme/r3", 1) && !gate().IsAlive("acme/r4", 1); }));
  EXPECT_TRUE(absl::IsUnavailable(api().Get(id).status())) << api().Get(id).status();
  for (const char* service : {"service-1", "service-2"}) EXPECT_TRUE(stack().process(service).IsRunning());
  EXPECT_TRUE(stack().process("worker-1").IsRunning());
  EXPECT_TRUE(Say("not ready: the database "));

  FLEET_ASSERT_OK(postgres().Restart());
  EXPECT_TRUE(Say("ready\n"));
  gate().Open();
  const v1::Fleet fleet = WaitForEnd(id);
  EXPECT_EQ(fleet.state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_EQ(fleet.rollup().outcomes().branch_pushed(), 8);
  ExpectPushed(id, repos);
  const Program::Result watched = watch->Wait();
  EXPECT_EQ(watched.code, 0) << watched.err;
  EXPECT_EQ(WatchOutput(watched.out).LastState(), "FLEET_STATE_COMPLETED");
}

}  // namespace
}  // namespace fleet::e2e
