#include "common/logging/structured_log.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace fleet {
namespace {

// Of one field.
constexpr std::size_t kMostText = 4096;

std::string& Source() {
  static auto& source = *new std::string("fleet");
  return source;
}

thread_local const LogScope* innermost = nullptr;

// A character that is cut in two becomes U+FFFD.
std::string Bounded(const std::string& text) {
  if (text.size() <= kMostText) return text;
  return absl::StrCat(text.substr(0, kMostText), "… (", text.size() - kMostText, " bytes more)");
}
int64_t Bounded(int64_t value) { return value; }
double Bounded(double value) { return value; }

void AddField(const LogField& field, nlohmann::ordered_json& line) {
  if (line.contains(field.key())) return;
  std::visit([&](const auto& value) { line[field.key()] = Bounded(value); }, field.value());
}

std::vector<LogField> WithoutEmptyTexts(LogFields fields) {
  std::vector<LogField> kept = fields;
  std::erase_if(kept, [](const LogField& field) {
    const auto* text = std::get_if<std::string>(&field.value());
    return text != nullptr && text->empty();
  });
  return kept;
}

}  // namespace

void WriteLogLine(LogLevel level, absl::string_view event, LogFields fields) {
  nlohmann::ordered_json line;
  line["time"] = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::Now(), absl::UTCTimeZone());
  line["level"] = LogLevelName(level);
  line["source"] = Source();
  line["message"] = std::string(event);
  for (const LogField& field : fields) AddField(field, line);
  for (const LogScope* scope = innermost; scope != nullptr; scope = scope->outer_) {
    for (const LogField& field : scope->fields_) AddField(field, line);
  }
  const std::string text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // One write a line keeps lines of several threads and processes whole; a log that cannot be written is no
  // reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
}

namespace {

void WriteIfEnabled(LogLevel level, absl::string_view event, LogFields fields) {
  // Whoever set it looks here whether it came.
  if (LogLevelWasChanged()) {
    WriteLogLine(LogLevel::kInfo, "log_level_changed", {{"debug", LogEnabled(LogLevel::kDebug) ? "on" : "off"}});
  }
  if (LogEnabled(level)) WriteLogLine(level, event, fields);
}

}  // namespace

LogScope::LogScope(LogFields fields) : fields_(WithoutEmptyTexts(fields)), outer_(innermost) { innermost = this; }

LogScope::~LogScope() { innermost = outer_; }

void StartLog(absl::string_view source, LogLevel level) {
  Source() = std::string(source);
  SetLogLevel(level);
  HearLogLevelSignals();
}

void LogDebug(absl::string_view event, LogFields fields) { WriteIfEnabled(LogLevel::kDebug, event, fields); }
void LogInfo(absl::string_view event, LogFields fields) { WriteIfEnabled(LogLevel::kInfo, event, fields); }
void LogWarning(absl::string_view event, LogFields fields) { WriteIfEnabled(LogLevel::kWarning, event, fields); }
void LogError(absl::string_view event, LogFields fields) { WriteIfEnabled(LogLevel::kError, event, fields); }

}  // namespace fleet
