#include "common/lifecycle/program_flags.h"

#include <string>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"

namespace fleet {

void ParseProgramFlags(int argc, char** argv, absl::string_view usage, absl::string_view main_file) {
  absl::FlagsUsageConfig config;
  // Abseil expects the flags in a file that is called as the program is, and would list none.
  config.contains_help_flags = [main_file = std::string(main_file)](absl::string_view file) {
    return absl::EndsWith(main_file, file);
  };
  // Not where it was built.
  config.normalize_filename = [](absl::string_view file) { return std::string(file.substr(file.rfind('/') + 1)); };
  config.contains_helpshort_flags = config.contains_help_flags;
  absl::SetFlagsUsageConfig(config);
  absl::SetProgramUsageMessage(usage);
  absl::ParseCommandLine(argc, argv);
}

}  // namespace fleet
