// Logs: one JSON object a line on stderr, with time, severity and message first, then the event's fields.
// Thread-safe; a line is written by one call. Never log credentials, nor URLs that may hold them.
//
//   LogInfo("fleet_expanded", {{"fleet_id", id}, {"children", 5000}});
#ifndef FLEET_COMMON_LOGGING_STRUCTURED_LOG_H_
#define FLEET_COMMON_LOGGING_STRUCTURED_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleet {

class LogField {
 public:
  LogField(absl::string_view key, absl::string_view value) : key_(key), value_(std::string(value)) {}
  LogField(absl::string_view key, const char* value) : key_(key), value_(std::string(value)) {}
  LogField(absl::string_view key, const std::string& value) : key_(key), value_(value) {}
  LogField(absl::string_view key, int value) : key_(key), value_(int64_t{value}) {}
  LogField(absl::string_view key, int64_t value) : key_(key), value_(value) {}
  LogField(absl::string_view key, std::size_t value) : key_(key), value_(static_cast<int64_t>(value)) {}
  LogField(absl::string_view key, double value) : key_(key), value_(value) {}
  LogField(absl::string_view key, const absl::Status& value) : key_(key), value_(value.ToString()) {}

  const std::string& key() const { return key_; }
  const std::variant<std::string, int64_t, double>& value() const { return value_; }

 private:
  std::string key_;
  std::variant<std::string, int64_t, double> value_;
};

using LogFields = std::initializer_list<LogField>;

// Names the process in every line; call once, first thing in main.
void SetLogComponent(absl::string_view component);

void LogInfo(absl::string_view event, LogFields fields = {});
void LogWarning(absl::string_view event, LogFields fields = {});
void LogError(absl::string_view event, LogFields fields = {});

}  // namespace fleet

#endif  // FLEET_COMMON_LOGGING_STRUCTURED_LOG_H_
