// What deploy/prometheus asks of the metrics, against those that there are and what operations.md says of it.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/metrics/fleet_metrics.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::AnyOf;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<YAML::Node> Alerts() {
  std::vector<YAML::Node> alerts;
  for (const YAML::Node& group : YAML::LoadFile(FLEET_SOURCE_DIR "/deploy/prometheus/fleet.rules.yml")["groups"]) {
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
  ASSERT_THAT(Alerts(), SizeIs(Gt(3U)));
  for (const YAML::Node& alert : Alerts()) {
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

TEST(AlertRulesTest, EachHasASectionThatShowsItsRule) {
  const std::string page = ReadAll(FLEET_SOURCE_DIR "/docs/operations.md");
  for (const YAML::Node& alert : Alerts()) {
    const auto name = alert["alert"].as<std::string>();
    const auto severity = alert["labels"]["severity"].as<std::string>();
    EXPECT_THAT(severity, AnyOf("page", "ticket")) << name;
    EXPECT_THAT(page, HasSubstr(absl::StrCat("| [", name, "](#", absl::AsciiStrToLower(name), ") | ", severity, " |")));
    EXPECT_THAT(page, HasSubstr(absl::StrCat("\n### ", name, "\n\n`", alert["expr"].as<std::string>(), "`\n")));
    EXPECT_EQ(alert["annotations"]["runbook"].as<std::string>(),
              absl::StrCat("docs/operations.md#", absl::AsciiStrToLower(name)));
  }
}

}  // namespace
}  // namespace fleet::metrics
