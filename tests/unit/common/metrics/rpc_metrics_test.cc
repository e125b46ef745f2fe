#include "common/metrics/rpc_metrics.h"

#include <gmock/gmock.h>

#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kService[] = "fleet.v1.FleetService";

TEST(RpcMetricsTest, CountsACallInTheNamesThatDashboardsExpect) {
  prometheus::Registry registry;
  RpcMetrics metrics(registry);
  metrics.Started(RpcType::kUnary, kService, "GetFleet");
  metrics.Received(RpcType::kUnary, kService, "GetFleet");
  metrics.Sent(RpcType::kUnary, kService, "GetFleet");
  metrics.Handled(RpcType::kUnary, kService, "GetFleet", absl::StatusCode::kOk, absl::Milliseconds(30));
  const std::string text = MetricsText(registry);
  const std::string method = R"({grpc_method="GetFleet",grpc_service="fleet.v1.FleetService",grpc_type="unary"})";
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total" + method + " 1"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_received_total" + method + " 1"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_sent_total" + method + " 1"));
  EXPECT_THAT(text, HasSubstr(R"(grpc_server_handled_total{grpc_code="OK",grpc_method="GetFleet")"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_count" + method + " 1"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_sum" + method + " 0.03"));
}

TEST(RpcMetricsTest, SpellsCodesAsGoDoes) {
  prometheus::Registry registry;
  RpcMetrics metrics(registry);
  for (int code = 0; code <= 16; ++code) {
    metrics.Handled(RpcType::kServerStream, kService, "WatchFleet", static_cast<absl::StatusCode>(code),
                    absl::ZeroDuration());
  }
  const std::string text = MetricsText(registry);
  for (const char* code : {"OK", "Canceled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound",
                           "AlreadyExists", "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted",
                           "OutOfRange", "Unimplemented", "Internal", "Unavailable", "DataLoss", "Unauthenticated"}) {
    EXPECT_THAT(text, HasSubstr(std::string("grpc_code=\"") + code +
                                R"(",grpc_method="WatchFleet",grpc_service="fleet.v1.FleetService",)" +
                                R"(grpc_type="server_stream"} 1)"));
  }
}

TEST(RpcMetricsTest, AMethodThatIsExpectedIsThereBeforeItsFirstCall) {
  prometheus::Registry registry;
  RpcMetrics metrics(registry);
  metrics.Expect(RpcType::kUnary, kService, "GetFleet");
  const std::string text = MetricsText(registry);
  const std::string method = R"(grpc_method="GetFleet",grpc_service="fleet.v1.FleetService",grpc_type="unary"})";
  EXPECT_THAT(text, HasSubstr("grpc_server_started_total{" + method + " 0\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_received_total{" + method + " 0\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_msg_sent_total{" + method + " 0\n"));
  EXPECT_THAT(text, HasSubstr("grpc_server_handling_seconds_count{" + method + " 0\n"));
  for (const char* code : {"OK", "Unknown", "DeadlineExceeded", "Internal", "Unavailable", "DataLoss"}) {
    EXPECT_THAT(text,
                HasSubstr(std::string("grpc_server_handled_total{grpc_code=\"") + code + "\"," + method + " 0\n"));
  }
  EXPECT_EQ(metrics.in_flight(), 0);
}

TEST(RpcMetricsTest, CallsOfOneMethodAddUp) {
  prometheus::Registry registry;
  RpcMetrics metrics(registry);
  for (int i = 0; i < 3; ++i) metrics.Started(RpcType::kUnary, kService, "GetFleet");
  metrics.Started(RpcType::kUnary, kService, "ListFleets");
  EXPECT_THAT(MetricsText(registry), HasSubstr("grpc_type=\"unary\"} 3"));
  EXPECT_THAT(MetricsText(registry), Not(HasSubstr("grpc_type=\"unary\"} 4")));
}

}  // namespace
}  // namespace fleet::metrics
