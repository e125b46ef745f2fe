// What the alerts on a service's intake ask of its metrics, against those that there are. tests/deploy/monitoring holds
// all rules to docs/metrics.md.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/metrics/fleet_metrics.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<YAML::Node> IntakeAlerts() {
  std::vector<YAML::Node> alerts;
  for (const YAML::Node& group : YAML::LoadFile(FLEET_SOURCE_DIR "/deploy/prometheus/fleet.rules.yml")["groups"]) {
    if (group["name"].as<std::string>() != "fleet-intake") continue;
    for (const YAML::Node& rule : group["rules"]) alerts.push_back(rule);
  }
  return alerts;
}

TEST(AlertRulesTest, AskForMetricsThatThereAre) {
  prometheus::Registry registry;
  const IntakeMetrics metrics(registry);
  const std::string text = MetricsText(registry);
  const std::regex name("fleet_[a-z_]+(\\{[^}]*reason=~?\"[a-z_|]+\"\\})?");
  const std::regex reason("reason=~?\"([a-z_|]+)\"");
  ASSERT_THAT(IntakeAlerts(), SizeIs(Gt(3U)));
  for (const YAML::Node& alert : IntakeAlerts()) {
    const auto expr = alert["expr"].as<std::string>();
    int found = 0;
    for (std::sregex_iterator at(expr.begin(), expr.end(), name); at != std::sregex_iterator(); ++at, ++found) {
      const std::string series = at->str();
      const std::string metric = series.substr(0, series.find('{'));
      EXPECT_THAT(text, HasSubstr("\n" + metric)) << expr;
      std::smatch reasons;
      if (!std::regex_search(series, reasons, reason)) continue;
      std::stringstream list(reasons[1].str());
      for (std::string one; std::getline(list, one, '|');) {
        EXPECT_THAT(text, HasSubstr(absl::StrCat(metric, "{reason=\"", one, "\"}"))) << expr;
      }
    }
    EXPECT_GT(found, 0) << expr;
  }
}

}  // namespace
}  // namespace fleet::metrics
