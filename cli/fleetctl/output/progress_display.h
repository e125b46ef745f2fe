// The progress of a fleet while it is watched: a bar that is redrawn in place where the terminal can do that, else
// plain lines, one a change and at most one a second.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_PROGRESS_DISPLAY_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_PROGRESS_DISPLAY_H_

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/output/terminal.h"
#include "common/clock/clock.h"
#include "fleet/v1/fleet.pb.h"

namespace fleet::cli {

class ProgressDisplay {
 public:
  // `out` and `clock` must outlive it.
  ProgressDisplay(std::ostream& out, const Terminal& terminal, const Clock& clock);

  void Show(const v1::Fleet& fleet);
  // Call several times a second: time goes on in the picture, and a change that was held back is shown.
  void Tick();
  // Makes room for lines that others write: takes the bar away until the next Show or Tick.
  void Clear();
  // Leaves the last picture standing.
  void Finish();

 private:
  void Redraw();
  void Erase();
  std::vector<std::string> BarLines(int width) const;
  std::string Bar(int width) const;
  void PrintLineIfDue();
  std::string PlainLine() const;

  std::ostream& out_;
  const Terminal terminal_;
  const Clock& clock_;
  std::optional<v1::Fleet> fleet_;
  std::vector<int> drawn_widths_;  // columns of every line of the bar that stands there
  std::string last_line_;
  v1::FleetState last_state_ = v1::FLEET_STATE_UNSPECIFIED;
  absl::Duration last_output_ = -absl::InfiniteDuration();
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_PROGRESS_DISPLAY_H_
