#include "cli/fleetctl/output/json_format.h"

#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {
namespace {

TEST(JsonFormatTest, KeepsTheContractsNamesAndZeroes) {
  const auto json = nlohmann::json::parse(ToJson(MakeFleet(v1::FLEET_STATE_RUNNING, 7), JsonStyle::kPretty));
  EXPECT_EQ(json["fleet_id"], kFleetId);
  EXPECT_EQ(json["state"], "FLEET_STATE_RUNNING");
  EXPECT_EQ(json["rollup"]["states"]["completed"], 0);
  EXPECT_EQ(json["revision"], "7");
}

TEST(JsonFormatTest, OneLineIsOneLine) {
  const std::string text = ToJson(MakeFleet(v1::FLEET_STATE_RUNNING, 7), JsonStyle::kOneLine);
  EXPECT_EQ(text.find('\n'), text.size() - 1);
}

TEST(JsonFormatTest, UnsafeCharactersAreEscapedAndNotLost) {
  v1::Fleet fleet;
  const std::string unsafe = "\x1b[2J \u202E \u2066 \u009B \U000E0041 世";
  fleet.set_task_description(unsafe);
  const std::string text = ToJson(fleet, JsonStyle::kOneLine);
  for (const char* raw : {"\x1b", "\u202E", "\u2066", "\u009B", "\U000E0041"}) {
    EXPECT_EQ(text.find(raw), std::string::npos) << raw;
  }
  EXPECT_EQ(nlohmann::json::parse(text)["task_description"], unsafe);
}

TEST(JsonFormatTest, ListsAreOneDocument) {
  std::ostringstream out;
  JsonListWriter writer(out, "tasks");
  writer.Add(MakeTask(1, "a/b", v1::TASK_STATE_QUEUED));
  writer.Add(MakeTask(2, "c/d", v1::TASK_STATE_QUEUED));
  EXPECT_FALSE(nlohmann::json::accept(out.str()));
  writer.Finish();
  EXPECT_EQ(nlohmann::json::parse(out.str())["tasks"][1]["repo"], "c/d");
}

TEST(JsonFormatTest, AnEmptyListIsEmpty) {
  std::ostringstream out;
  JsonListWriter(out, "fleets").Finish();
  EXPECT_EQ(out.str(), "{\"fleets\":[]}\n");
}

}  // namespace
}  // namespace fleet::cli
