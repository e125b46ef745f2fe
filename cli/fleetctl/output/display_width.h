// How many columns text takes on a terminal, without the process's locale: the answer is the same everywhere.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_DISPLAY_WIDTH_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_DISPLAY_WIDTH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::cli {

// Columns of sanitised `text`: 2 for East Asian wide characters and emoji, 0 for combining ones.
int DisplayWidth(absl::string_view text);

// `text` if it fits into `columns`, else its beginning and "…". Empty for columns < 1.
std::string CutToWidth(absl::string_view text, int columns);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_DISPLAY_WIDTH_H_
