#include "common/metrics/process_metrics.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <map>
#include <string>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "prometheus/metric_type.h"

namespace fleet::metrics {
namespace {

std::map<std::string, double> Values() {
  std::map<std::string, double> values;
  for (const prometheus::MetricFamily& family : CollectProcessMetrics()) {
    const prometheus::ClientMetric& metric = family.metric.at(0);
    values[family.name] = family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
  }
  return values;
}

TEST(ProcessMetricsTest, TellsWhatThisProcessTakes) {
  std::map<std::string, double> values = Values();
  EXPECT_GT(values.at("process_resident_memory_bytes"), 1e6);
  EXPECT_LT(values.at("process_resident_memory_bytes"), 1e12);
  EXPECT_GT(values.at("process_cpu_seconds_total"), 0);
  EXPECT_GE(values.at("process_max_fds"), values.at("process_open_fds"));
}

TEST(ProcessMetricsTest, CountsFilesThatAreOpen) {
  const double before = Values().at("process_open_fds");
  const int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_EQ(Values().at("process_open_fds"), before + 1);
  close(file);
  EXPECT_EQ(Values().at("process_open_fds"), before);
}

TEST(ProcessMetricsTest, KnowsWhenItBeganAndSaysTheSameAlways) {
  const double started = Values().at("process_start_time_seconds");
  const double now = absl::ToDoubleSeconds(absl::Now() - absl::UnixEpoch());
  EXPECT_LE(started, now + 1);
  EXPECT_GT(started, now - 3600);
  EXPECT_EQ(Values().at("process_start_time_seconds"), started);
}

TEST(ProcessMetricsTest, ReadyIsOneOrZero) {
  EXPECT_EQ(CollectReady(true).metric.at(0).gauge.value, 1);
  EXPECT_EQ(CollectReady(false).metric.at(0).gauge.value, 0);
  EXPECT_EQ(CollectReady(true).name, "fleet_ready");
}

}  // namespace
}  // namespace fleet::metrics
