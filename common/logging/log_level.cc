#include "common/logging/log_level.h"

#include <atomic>
#include <csignal>

namespace fleet {
namespace {

constexpr LogLevel kAllLevels[] = {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError};

std::atomic<LogLevel> level_of_flag = LogLevel::kInfo;
std::atomic<LogLevel> level_in_force = LogLevel::kInfo;
std::atomic<bool> level_was_changed = false;
// A handler of signals may use nothing else.
static_assert(std::atomic<LogLevel>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

void TakeSignal(int signal) {
  level_in_force = signal == SIGUSR1 ? LogLevel::kDebug : level_of_flag.load();
  level_was_changed = true;
}

}  // namespace

const char* LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

void SetLogLevel(LogLevel level) {
  level_of_flag = level;
  level_in_force = level;
}

bool LogEnabled(LogLevel level) { return level >= level_in_force.load(std::memory_order_relaxed); }

void HearLogLevelSignals() {
  struct sigaction action {};
  action.sa_handler = &TakeSignal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGUSR1, &action, nullptr);
  sigaction(SIGUSR2, &action, nullptr);
}

bool LogLevelWasChanged() {
  return level_was_changed.load(std::memory_order_relaxed) && level_was_changed.exchange(false);
}

bool AbslParseFlag(absl::string_view text, LogLevel* level, std::string* error) {
  for (const LogLevel known : kAllLevels) {
    if (text != LogLevelName(known)) continue;
    *level = known;
    return true;
  }
  *error = "must be debug, info, warning or error";
  return false;
}

std::string AbslUnparseFlag(LogLevel level) { return LogLevelName(level); }

}  // namespace fleet
