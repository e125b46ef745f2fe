// What standard output can show.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_TERMINAL_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_TERMINAL_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::cli {

enum class Color { kNone, kGreen, kRed, kYellow };

struct Terminal {
  // Whether what was drawn can be drawn over.
  bool redraws = false;
  bool colors = false;
  // Columns at this moment; 0 if it is no terminal, and nothing is cut.
  std::function<int()> width = [] { return 0; };

  // `text` in `color`, if colours are wanted.
  std::string Paint(absl::string_view text, Color color) const;
};

// Of `file_descriptor`. A terminal whose TERM is "dumb" neither redraws nor has colours; a non-empty NO_COLOR turns
// colours off. `variable` gives an environment variable, empty if unset.
Terminal DetectTerminal(int file_descriptor, const std::function<std::string(const std::string&)>& variable);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_TERMINAL_H_
