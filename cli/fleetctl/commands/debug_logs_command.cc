#include "cli/fleetctl/commands/debug_logs_command.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/input/fleet_log_collector.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

constexpr int kNothingFound = 1;

std::string ValueText(const nlohmann::ordered_json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string FieldText(const nlohmann::ordered_json& event, const char* key) {
  const auto field = event.find(key);
  return field == event.end() ? "" : ValueText(*field);
}

// "2026-11-27T10:00:00.000000Z info  service-1  fleet_submitted  user=alice repositories=3".
std::string ForPeople(const FoundLogLine& line) {
  const nlohmann::ordered_json& event = line.event;
  const std::string from = line.file == "-" ? FieldText(event, "source") : line.file;
  std::string text = absl::StrCat(FieldText(event, "time"), " ", FieldText(event, "level"), "  ",
                                  absl::StripSuffix(from, ".log"), "  ", FieldText(event, "message"), " ");
  for (const auto& [key, value] : event.items()) {
    // Known, or the same in every line.
    if (key == "time" || key == "level" || key == "source" || key == "message" || key == "fleet") continue;
    absl::StrAppend(&text, " ", key, "=", ValueText(value));
  }
  return std::string(absl::StripTrailingAsciiWhitespace(SanitizeLine(text)));
}

std::string ForPrograms(const FoundLogLine& line) {
  nlohmann::ordered_json event = line.event;
  event["file"] = line.file;
  return event.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

}  // namespace

CommandHelp DebugLogsCommand::Help() const {
  return {"Collect what services, workers and runners logged of one fleet, by time", R"(
Give their log files, or folders with files NAME.log; "-" reads from standard input. Lines of the fleet and its
repositories are found, and those of the calls that brought them. At most 100,000, the newest. With -o json every line
stands as it was logged, with the file's name. A whole FLEET id asks no service. Exit code 1 if there is nothing.

Examples:
  fleetctl debug logs 01JZ0000000000000000000000 /var/log/fleet
  journalctl -o cat -u 'fleet-*' | fleetctl debug logs @latest - -o json | jq .message
)"};
}

void DebugLogsCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id).Required();
  options.Arguments(
      "PATH",
      [this](const std::string& path) {
        options_.paths.push_back(path);
        return absl::OkStatus();
      },
      "Log file, folder of log files, or -");
}

absl::StatusOr<int> DebugLogsCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  FleetLogCollector collector(fleet_id);
  Environment& environment = context.environment;
  for (const std::string& path : options_.paths) FLEET_RETURN_IF_ERROR(collector.AddPath(path, environment.in));
  FLEET_RETURN_IF_ERROR(collector.Collect());
  if (collector.left_out() > 0) {
    environment.err << Plural(collector.left_out(), "older line is", "older lines are") << " left out.\n";
  }
  for (const auto& [time, line] : collector.lines()) {
    environment.out << (context.json() ? ForPrograms(line) : ForPeople(line)) << "\n";
  }
  if (!collector.lines().empty()) return 0;
  environment.err << "These logs say nothing of fleet " << fleet_id << ".\n";
  return kNothingFound;
}

}  // namespace fleet::cli
