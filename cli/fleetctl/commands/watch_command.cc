#include "cli/fleetctl/commands/watch_command.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/client/fleet_watcher.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/result_report.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/progress_display.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

constexpr int kDidNotComplete = 5;
constexpr absl::Duration kGiveUpAfter = absl::Minutes(10);

// For programs: one object a line on standard output.
class JsonObserver : public FleetObserver {
 public:
  explicit JsonObserver(Environment& environment) : environment_(environment) {}

  void OnPicture(const v1::WatchFleetResponse& message) override {
    environment_.out << ToJson(message, JsonStyle::kOneLine) << std::flush;
  }
  void OnTick() override {}
  void OnNotice(absl::string_view text) override { environment_.err << SanitizeLine(text) << std::endl; }

 private:
  Environment& environment_;
};

// For people.
class ProgressObserver : public FleetObserver {
 public:
  ProgressObserver(Environment& environment, const Terminal& terminal)
      : environment_(environment), display_(environment.out, terminal, environment.clock) {}
  ~ProgressObserver() override { display_.Finish(); }

  void OnPicture(const v1::WatchFleetResponse& message) override { display_.Show(message.fleet()); }
  void OnTick() override { display_.Tick(); }
  void OnNotice(absl::string_view text) override {
    // Both streams may be the same terminal.
    display_.Clear();
    environment_.err << SanitizeLine(text) << std::endl;
    display_.Tick();
  }

 private:
  Environment& environment_;
  ProgressDisplay display_;
};

std::unique_ptr<FleetObserver> MakeObserver(CommandContext& context) {
  if (context.json()) return std::make_unique<JsonObserver>(context.environment);
  return std::make_unique<ProgressObserver>(context.environment, context.terminal);
}

}  // namespace

CommandHelp WatchCommand::Help() const {
  return {"Watch a fleet to its end", R"(
Goes on through the loss of a server, with the next address of --server. Ctrl-C stops watching, not the fleet.
With -o json every change is one JSON object on a line of its own. Exit code 0 if every repository completed, else 5.

Examples:
  fleetctl watch 01JZ0000000000000000000000
  fleetctl watch 01JZ0000000000000000000000 -o json | jq .fleet.rollup.states
)"};
}

void WatchCommand::AddOptions(OptionAdder& options) { options.FleetId(options_.fleet_id).Required(); }

absl::StatusOr<int> WatchCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, FindFleetId(options_.fleet_id, context));
  // A fleet that does not exist and a server that never was there show soon, not after the patience of a watch.
  v1::GetFleetRequest request;
  request.set_fleet_id(fleet_id);
  FLEET_RETURN_IF_ERROR(context.client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleet, request).status());
  return WatchToEnd(fleet_id, context);
}

absl::StatusOr<int> WatchToEnd(const std::string& fleet_id, CommandContext& context) {
  const std::string again = context.Suggest({"watch", fleet_id});
  context.error.next_steps.push_back(absl::StrCat("the fleet goes on; watch it again with: ", again));
  context.interrupted = absl::StrCat("Stopped watching; the fleet goes on. Watch it again with:\n  ", again, "\n");
  Environment& environment = context.environment;
  FleetWatcher watcher(context.client.servers(), {context.global.timeout.value_or(kGiveUpAfter), environment.patience},
                       environment.interruption, environment.clock);
  std::unique_ptr<FleetObserver> observer = MakeObserver(context);
  const absl::StatusOr<v1::Fleet> fleet = watcher.Watch(fleet_id, *observer);
  observer.reset();
  if (!fleet.ok()) return fleet.status();
  context.error.next_steps.clear();
  if (!context.json()) PrintResults(*fleet, context);
  return fleet->state() == v1::FLEET_STATE_COMPLETED ? 0 : kDidNotComplete;
}

}  // namespace fleet::cli
