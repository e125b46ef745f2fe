// Which lines a process writes: by its flag --log_level, and changed while it runs by signals, which only its own user
// and root can send. SIGUSR1: everything (debug); SIGUSR2: what the flag says again.
#ifndef FLEET_COMMON_LOGGING_LOG_LEVEL_H_
#define FLEET_COMMON_LOGGING_LOG_LEVEL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet {

// From the least to the most important.
enum class LogLevel { kDebug, kInfo, kWarning, kError };

// "debug", "info", "warning", "error".
const char* LogLevelName(LogLevel level);

// Lines of this level and above are written; before it is called, from info on.
void SetLogLevel(LogLevel level);
// Whether a line of this level would be written: to be asked before the fields of a frequent one are made.
bool LogEnabled(LogLevel level);
// From now on the signals work. Call once, in main. Steps and other programs that are started do not inherit it.
void HearLogLevelSignals();
// Whether a signal came since this was asked last.
bool LogLevelWasChanged();

// For ABSL_FLAG.
bool AbslParseFlag(absl::string_view text, LogLevel* level, std::string* error);
std::string AbslUnparseFlag(LogLevel level);

}  // namespace fleet

#endif  // FLEET_COMMON_LOGGING_LOG_LEVEL_H_
