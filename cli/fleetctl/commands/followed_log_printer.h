// Prints a log that goes on, as it comes.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_FOLLOWED_LOG_PRINTER_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_FOLLOWED_LOG_PRINTER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "cli/fleetctl/client/log_follower.h"
#include "cli/fleetctl/commands/environment.h"

namespace fleet::cli {

class FollowedLogPrinter : public LogObserver {
 public:
  // `json`: an object a line, for programs.
  FollowedLogPrinter(Environment& environment, bool json) : environment_(environment), json_(json) {}

  void OnMessage(const v1::FollowTaskLogResponse& message) override;
  void OnNotice(absl::string_view text) override;
  // Ends a line that was begun.
  void EndLine();

  // The last attempt of which there was something to print; 0: none.
  int32_t printed_attempt() const { return printed_attempt_; }

 private:
  Environment& environment_;
  const bool json_;
  bool line_begun_ = false;
  int32_t printed_attempt_ = 0;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_FOLLOWED_LOG_PRINTER_H_
