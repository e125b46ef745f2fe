// Logs: one JSON object a line on stderr, an event each. First come time (UTC, microseconds), level, source (the
// program) and message (the event's name), then what the event has to say. These fields mean the same everywhere:
//   request  id of the call, as its caller is told it with an error
//   trace    id of the trace
//   fleet, task, attempt, runner   ids as the API has them, and the attempt's number
// Thread-safe; a line is written by one call, and bounded: of a longer text the first 4 KiB are kept. Never log
// credentials, nor URLs that may hold them, nor what steps print.
//
//   LogInfo("fleet_expanded", {{"fleet", id}, {"children", 5000}});
#ifndef FLEET_COMMON_LOGGING_STRUCTURED_LOG_H_
#define FLEET_COMMON_LOGGING_STRUCTURED_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/logging/log_level.h"

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

// Fields of every line that this thread writes while it lives, unless the line has its own of that name. Of scopes
// within one another all count, the innermost first. A text that is empty is left out. Ends on the thread that it began
// on.
//
//   const LogScope scope({{"request", record_.id()}, {"trace", trace_id}});
class LogScope {
 public:
  explicit LogScope(LogFields fields);
  ~LogScope();
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;

 private:
  friend void WriteLogLine(LogLevel level, absl::string_view event, LogFields fields);
  const std::vector<LogField> fields_;
  const LogScope* const outer_;
};

// Names the process in every line, and says which lines there are; hears the signals that change that. Call once, first
// thing in main.
void StartLog(absl::string_view source, LogLevel level);

// For what is frequent; see LogEnabled.
void LogDebug(absl::string_view event, LogFields fields = {});
void LogInfo(absl::string_view event, LogFields fields = {});
void LogWarning(absl::string_view event, LogFields fields = {});
void LogError(absl::string_view event, LogFields fields = {});

}  // namespace fleet

#endif  // FLEET_COMMON_LOGGING_STRUCTURED_LOG_H_
