#include "tests/e2e/watch_output.h"

#include <sstream>

#include "gtest/gtest.h"

namespace fleet::e2e {

WatchOutput::WatchOutput(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
    EXPECT_TRUE(message.is_object()) << line;
    // The answer of a submission comes first, without a kind.
    if (message.is_object() && message.contains("kind")) fleets_.push_back(message["fleet"]);
  }
}

std::string WatchOutput::LastState() const { return fleets_.empty() ? "" : fleets_.back().value("state", ""); }

bool WatchOutput::OnlyMovesForward() const {
  long long last = -1;
  for (const nlohmann::json& fleet : fleets_) {
    const long long revision = std::stoll(fleet.value("revision", "0"));
    if (revision <= last) return false;
    last = revision;
  }
  return true;
}

}  // namespace fleet::e2e
