#include "cli/fleetctl/commands/confirmation.h"

#include <unistd.h>

#include <istream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

std::string ReadAnswer(CommandContext& context) {
  // Nothing else ends the wait for an answer, and nothing has been done yet.
  const Interruption::Subscription exit(context.environment.interruption, [](int signal) { _exit(128 + signal); });
  std::string answer;
  std::getline(context.environment.in, answer);
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(answer));
}

}  // namespace

absl::Status Confirm(const std::string& consequence, CommandContext& context) {
  // A program reads JSON.
  if (!context.environment.answers || context.json()) {
    return InvalidField("--yes", absl::StrCat("has to be given: ", consequence));
  }
  context.environment.err << SanitizeLine(consequence) << ". Go on? [y/N] " << std::flush;
  const std::string answer = ReadAnswer(context);
  if (answer == "y" || answer == "yes") return absl::OkStatus();
  return absl::AbortedError("nothing was changed");
}

}  // namespace fleet::cli
