// The flags of a server program.
#ifndef FLEET_COMMON_LIFECYCLE_PROGRAM_FLAGS_H_
#define FLEET_COMMON_LIFECYCLE_PROGRAM_FLAGS_H_

#include "absl/strings/string_view.h"

namespace fleet {

// Parses the command line. --help prints `usage` and the flags that `main_file` (its __FILE__) declares, then exits.
// Call once, first thing in main.
void ParseProgramFlags(int argc, char** argv, absl::string_view usage, absl::string_view main_file);

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_PROGRAM_FLAGS_H_
