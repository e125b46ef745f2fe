#include "cli/fleetctl/commands/audit_command.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/fleet_lookup.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using AdminStub = v1::AdminService::Stub;

// Gives each event to `take` and calls `end_page` behind each page, until the limit or the end.
absl::Status ListEvents(const AuditCommand::Options& options, CommandContext& context,
                        const std::function<void(const v1::AuditEvent&)>& take, const std::function<void()>& end_page) {
  int32_t left = options.limit;
  v1::ListAuditEventsRequest request;
  request.set_fleet_id(options.fleet_id);
  request.set_page_size(left == 0 ? domain::kMaxPageSize : std::min(left, domain::kMaxPageSize));
  return ReadPages<v1::AdminService, AdminStub, v1::ListAuditEventsRequest, v1::ListAuditEventsResponse>(
      context.client, &AdminStub::ListAuditEvents, request, [&](const v1::ListAuditEventsResponse& page) {
        for (const v1::AuditEvent& event : page.events()) {
          take(event);
          if (options.limit > 0 && --left == 0) break;
        }
        end_page();
        return (options.limit == 0 || left > 0) && context.environment.out.good();
      });
}

std::string DescribeChange(const v1::AuditEvent& event) {
  return event.before().empty() ? event.after() : absl::StrCat(event.before(), " → ", event.after());
}

absl::Status PrintAuditTable(const AuditCommand::Options& options, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"TIME", "WHO", "ACTION", "FLEET", "SUBJECT", TextColumn("CHANGE")});
  return ListEvents(
      options, context,
      [&table](const v1::AuditEvent& event) {
        table.Add({FormatTime(event.time()), event.actor(), event.action(), event.fleet_id(), event.subject(),
                   DescribeChange(event)});
      },
      [&table] { table.Flush(); });
}

absl::Status PrintAuditJson(const AuditCommand::Options& options, CommandContext& context) {
  JsonListWriter json(context.environment.out, "events");
  FLEET_RETURN_IF_ERROR(ListEvents(
      options, context, [&json](const v1::AuditEvent& event) { json.Add(event); }, [] {}));
  json.Finish();
  return absl::OkStatus();
}

}  // namespace

CommandHelp AuditCommand::Help() const {
  return {"List what operators did, newest first", R"(
Examples:
  fleetctl audit
  fleetctl audit 01JZ0000000000000000000000 --limit 0 -o json
)"};
}

void AuditCommand::AddOptions(OptionAdder& options) {
  options.FleetId(options_.fleet_id);
  options.Limit(options_.limit);
}

absl::StatusOr<int> AuditCommand::Run(CommandContext& context) const {
  Options options = options_;
  if (!options.fleet_id.empty()) {
    FLEET_ASSIGN_OR_RETURN(options.fleet_id, FindFleetId(options_.fleet_id, context));
  }
  FLEET_RETURN_IF_ERROR(context.json() ? PrintAuditJson(options, context) : PrintAuditTable(options, context));
  return 0;
}

}  // namespace fleet::cli
