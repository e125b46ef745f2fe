// What processes serve, against what the catalog declares.
#include <gmock/gmock.h>

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/metrics/change_metrics.h"
#include "common/metrics/database_metrics.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/log_metrics.h"
#include "common/metrics/metric_catalog.h"
#include "common/metrics/metrics_page.h"
#include "common/metrics/process_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/metrics/runner_metrics.h"
#include "common/metrics/system_gauges.h"
#include "common/metrics/trace_metrics.h"

namespace fleet::metrics {
namespace {

constexpr int kMethods = 36;

// Everything of a fleet-service, with as many pools as it names and more, and every method there may be.
class ServedByService {
 public:
  ServedByService() {
    RegisterBuildInfo(registry_, "fleet-service");
    for (int i = 0; i < kMethods; ++i) rpc_.Expect(RpcType::kUnary, "fleet.v1.FleetService", absl::StrCat("Method", i));
    for (const char* set : {"callers", "runners", "hot"}) database_.AddSet(set, 3);
    SystemReading reading;
    for (std::size_t i = 0; i < kMostPools + 5; ++i) reading.pools[absl::StrFormat("pool-%03d", i)].queued = 1;
    gauges_.Set(reading);
  }

  RpcMetrics& rpc() { return rpc_; }
  std::vector<prometheus::MetricFamily> Collect() const {
    std::vector<prometheus::MetricFamily> families = registry_.Collect();
    families.push_back(CollectReady(true));
    for (prometheus::MetricFamily& family : CollectProcessMetrics()) families.push_back(std::move(family));
    return families;
  }

 private:
  prometheus::Registry registry_;
  RpcMetrics rpc_{registry_};
  IntakeMetrics intake_{registry_};
  ServiceMetrics service_{registry_};
  ChangeMetrics changes_{registry_};
  DatabaseMetrics database_{registry_};
  SystemGauges gauges_{registry_};
  LogRelayMetrics logs_{registry_};
  TraceMetrics traces_{registry_};
};

std::size_t Series(const std::vector<prometheus::MetricFamily>& families) {
  std::size_t series = 0;
  for (const prometheus::MetricFamily& family : families) {
    for (const prometheus::ClientMetric& metric : family.metric) {
      const bool is_histogram = family.type == prometheus::MetricType::Histogram;
      series += is_histogram ? metric.histogram.bucket.size() + 2 : 1;
    }
  }
  return series;
}

std::set<std::string> Names(const std::vector<prometheus::MetricFamily>& families) {
  std::set<std::string> names;
  for (const prometheus::MetricFamily& family : families) names.insert(family.name);
  return names;
}

TEST(ServedMetricsTest, EachThatIsDeclaredIsServedAndNoOther) {
  const ServedByService service;
  prometheus::Registry others;
  const WorkerMetrics worker(others);
  const RunnerMetrics runner(others);
  const LiveLogMetrics logs(others);
  std::set<std::string> served = Names(service.Collect());
  served.merge(Names(others.Collect()));
  std::set<std::string> declared;
  for (const Metric& metric : AllMetrics()) declared.insert(metric.name);
  EXPECT_EQ(served, declared);
}

// A mixed load: each method with some more codes than it begins with.
TEST(ServedMetricsTest, AServiceServesAtMostSixteenHundredSeriesUnderALoad) {
  ServedByService service;
  for (int i = 0; i < kMethods; ++i) {
    for (const absl::StatusCode code : {absl::StatusCode::kInvalidArgument, absl::StatusCode::kNotFound}) {
      const std::string method = absl::StrCat("Method", i);
      service.rpc().Started(RpcType::kUnary, "fleet.v1.FleetService", method);
      service.rpc().Handled(RpcType::kUnary, "fleet.v1.FleetService", method, code, absl::Milliseconds(1));
    }
  }
  EXPECT_LE(Series(service.Collect()), 1600U);
}

TEST(ServedMetricsTest, WithEveryCodeAServiceServesWhatThePageSays) {
  ServedByService service;
  for (int i = 0; i < kMethods; ++i) {
    for (int code = 0; code <= 16; ++code) {
      const std::string method = absl::StrCat("Method", i);
      service.rpc().Started(RpcType::kUnary, "fleet.v1.FleetService", method);
      service.rpc().Handled(RpcType::kUnary, "fleet.v1.FleetService", method, static_cast<absl::StatusCode>(code),
                            absl::Milliseconds(1));
    }
  }
  EXPECT_EQ(Series(service.Collect()), MostSeriesOfService());
}

}  // namespace
}  // namespace fleet::metrics
