#include "common/metrics/ops_server.h"

#include <gmock/gmock.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/metrics/fleet_metrics.h"
#include "tests/support/http_client.h"
#include "tests/support/status_matchers.h"

namespace fleet::metrics {
namespace {

using ::fleet::testing::HttpGet;
using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class OpsServerTest : public ::testing::Test {
 protected:
  http::Response Answer(const std::string& method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.path = path;
    return AnswerOps(request, registry_, readiness_);
  }

  prometheus::Registry registry_;
  absl::Status ready_;
  Readiness readiness_{[this] { return ready_; }};
};

TEST_F(OpsServerTest, ServesMetricsOnAFreePort) {
  RegisterBuildInfo(registry_, "test");
  const auto server = OpsServer::Start("127.0.0.1:0", registry_, readiness_);
  FLEET_ASSERT_OK(server);
  EXPECT_GT((*server)->port(), 0);
  EXPECT_THAT(HttpGet((*server)->port(), "/metrics"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
                    HasSubstr("fleet_build_info{component=\"test\"")));
}

TEST_F(OpsServerTest, IsReadyWhileItsCheckSaysSoAndNotOnceItStops) {
  EXPECT_EQ(Answer("GET", "/readyz").status, 200);
  ready_ = absl::UnavailableError("the database\n\tis away\n");
  EXPECT_EQ(Answer("GET", "/readyz").status, 503);
  EXPECT_EQ(Answer("GET", "/readyz").body, "not ready: the database is away\n");
  ready_ = absl::OkStatus();
  readiness_.SayStopping();
  EXPECT_EQ(Answer("GET", "/readyz").body, "not ready: stopping\n");
}

TEST_F(OpsServerTest, MetricsSayWhetherItIsReadyAndWhatTheProcessTakes) {
  EXPECT_THAT(Answer("GET", "/metrics").body, HasSubstr("\nfleet_ready 1\n"));
  ready_ = absl::UnavailableError("the database is away");
  EXPECT_THAT(Answer("GET", "/metrics").body,
              AllOf(HasSubstr("\nfleet_ready 0\n"), HasSubstr("\nprocess_resident_memory_bytes ")));
}

TEST_F(OpsServerTest, IsHealthyWhetherReadyOrNot) {
  ready_ = absl::UnavailableError("the database is away");
  EXPECT_EQ(Answer("GET", "/healthz").status, 200);
  EXPECT_EQ(Answer("HEAD", "/healthz").status, 200);
}

TEST_F(OpsServerTest, SaysWhatThereIs) {
  EXPECT_EQ(Answer("GET", "/").status, 404);
  EXPECT_THAT(Answer("GET", "/metrics/").body, HasSubstr("/readyz"));
  const http::Response refusal = Answer("POST", "/metrics");
  EXPECT_EQ(refusal.status, 405);
  EXPECT_EQ(refusal.headers.at("Allow"), "GET, HEAD");
  const auto server = OpsServer::Start("127.0.0.1:0", registry_, readiness_);
  FLEET_ASSERT_OK(server);
  testing::HttpClient client((*server)->port());
  client.Send("POST /metrics HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(client.ReadAll(), AllOf(StartsWith("HTTP/1.1 405"), HasSubstr("Allow: GET, HEAD\r\n")));
}

TEST_F(OpsServerTest, SaysWhereItCannotListen) {
  const auto first = OpsServer::Start("127.0.0.1:0", registry_, readiness_);
  FLEET_ASSERT_OK(first);
  const std::string taken = absl::StrCat("127.0.0.1:", (*first)->port());
  EXPECT_THAT(OpsServer::Start(taken, registry_, readiness_),
              StatusIs(absl::StatusCode::kUnavailable, AllOf(HasSubstr("--metrics_listen"), HasSubstr(taken))));
}

}  // namespace
}  // namespace fleet::metrics
