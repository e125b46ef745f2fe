#include "cli/fleetctl/commands/repetition.h"

#include <cstddef>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/shell_quote.h"
#include "common/domain/ulid.h"

namespace fleet::cli {
namespace {

constexpr char kDeadlineFlag[] = "--deadline";
constexpr char kTaskFlag[] = "--task";

// CLI11 takes neither a word that begins with "--" nor a second --deadline for a value: what is found is the option.
void ReplaceDeadline(absl::Time deadline, std::vector<std::string>& arguments) {
  const std::string text = absl::FormatTime("%Y-%m-%dT%H:%M:%E*SZ", deadline, absl::UTCTimeZone());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == kDeadlineFlag && i + 1 < arguments.size()) arguments[i + 1] = text;
    if (absl::StartsWith(arguments[i], absl::StrCat(kDeadlineFlag, "="))) {
      arguments[i] = absl::StrCat(kDeadlineFlag, "=", text);
    }
  }
}

// The value of --task may be any word; other options take none that names a fleet.
void ReplaceFleet(const TypedWords& typed, std::vector<std::string>& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (!absl::EqualsIgnoreCase(arguments[i], typed.fleet_reference) || arguments[i - 1] == kTaskFlag) continue;
    arguments[i] = typed.fleet_id;
    return;
  }
}

}  // namespace

Repetition MakeRepetition(const std::string& request_id, const TypedWords& typed, const CommandContext& context) {
  Repetition repetition;
  repetition.request_id =
      request_id.empty() ? domain::Ulid::Generate(context.environment.clock.TimeNow()).ToString() : request_id;
  std::vector<std::string> arguments = context.arguments;
  if (typed.deadline.has_value()) ReplaceDeadline(*typed.deadline, arguments);
  if (!typed.fleet_id.empty()) ReplaceFleet(typed, arguments);
  if (request_id.empty()) {
    arguments.push_back("--request-id");
    arguments.push_back(repetition.request_id);
  }
  repetition.command = ShellQuote(arguments);
  return repetition;
}

bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kUnauthenticated:
      return true;
    default:
      return false;
  }
}

void OfferRepetition(const absl::Status& status, const Repetition& repetition, absl::string_view promise,
                     CommandContext& context) {
  if (!IsRefusal(status)) TellRepetition(repetition, promise, context);
}

void TellRepetition(const Repetition& repetition, absl::string_view promise, CommandContext& context) {
  context.error.request_id = repetition.request_id;
  context.error.next_steps.push_back(absl::StrCat("repeat it, which never ", promise, ": ", repetition.command));
}

}  // namespace fleet::cli
