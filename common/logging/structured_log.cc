#include "common/logging/structured_log.h"

#include <unistd.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace fleet {
namespace {

std::string& Component() {
  static auto& component = *new std::string("fleet");
  return component;
}

void Write(const char* severity, absl::string_view event, LogFields fields) {
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  line["severity"] = severity;
  line["component"] = Component();
  line["message"] = std::string(event);
  for (const LogField& field : fields) {
    std::visit([&](const auto& value) { line[field.key()] = value; }, field.value());
  }
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // One write a line keeps lines of several threads and processes whole; a log that cannot be written is no
  // reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void SetLogComponent(absl::string_view component) { Component() = std::string(component); }

void LogInfo(absl::string_view event, LogFields fields) { Write("INFO", event, fields); }
void LogWarning(absl::string_view event, LogFields fields) { Write("WARNING", event, fields); }
void LogError(absl::string_view event, LogFields fields) { Write("ERROR", event, fields); }

}  // namespace fleet
