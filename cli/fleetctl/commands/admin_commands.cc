#include "cli/fleetctl/commands/admin_commands.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using Stub = v1::AdminService::Stub;

constexpr int32_t kPageSize = 1000;

void PrintLimitTable(const v1::ListLimitsResponse& response, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal,
                    {"NAME", "SCOPE", "VALUE", "EFFECT", "SET", "SET_BY", "DESCRIPTION"});
  for (const v1::Limit& limit : response.limits()) {
    table.Add({limit.name(), limit.scope(), absl::StrCat(limit.value()), Words(limit.effect()),
               limit.has_update_time() ? FormatTime(limit.update_time()) : "", limit.updated_by(),
               limit.description()});
  }
  table.Flush();
}

v1::SetLimitRequest MakeRequest(const std::string& name, const LimitScope& scope) {
  v1::SetLimitRequest request;
  request.set_name(name);
  if (!scope.user.empty()) {
    request.set_scope(scope.user);
    request.set_scope_kind(v1::SCOPE_KIND_USER);
  } else if (!scope.pool.empty()) {
    request.set_scope(scope.pool);
    request.set_scope_kind(v1::SCOPE_KIND_POOL);
  }
  return request;
}

absl::StatusOr<int> SetLimit(const v1::SetLimitRequest& request, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const v1::SetLimitResponse response,
                         context.client.Call<v1::AdminService>(&Stub::SetLimit, request));
  std::ostream& out = context.environment.out;
  if (context.json()) {
    out << ToJson(response, JsonStyle::kPretty);
    return 0;
  }
  const v1::Limit& limit = response.limit();
  out << SanitizeLine(limit.name());
  if (!request.scope().empty()) out << " for " << SanitizeLine(request.scope());
  out << ": " << response.previous_value() << " → " << limit.value() << "\n";
  return 0;
}

// Gives each event to `take` and calls `end_page` behind each page, until the limit or the end.
absl::Status ListEvents(const AuditCommand& command, CommandContext& context,
                        const std::function<void(const v1::AuditEvent&)>& take, const std::function<void()>& end_page) {
  int32_t left = command.limit;
  v1::ListAuditEventsRequest request;
  request.set_fleet_id(command.fleet_id);
  request.set_page_size(left == 0 ? kPageSize : std::min(left, kPageSize));
  return ReadPages<v1::AdminService, Stub, v1::ListAuditEventsRequest, v1::ListAuditEventsResponse>(
      context.client, &Stub::ListAuditEvents, request, [&](const v1::ListAuditEventsResponse& page) {
        for (const v1::AuditEvent& event : page.events()) {
          take(event);
          if (command.limit > 0 && --left == 0) break;
        }
        end_page();
        return (command.limit == 0 || left > 0) && context.environment.out.good();
      });
}

std::string DescribeChange(const v1::AuditEvent& event) {
  return event.before().empty() ? event.after() : absl::StrCat(event.before(), " → ", event.after());
}

absl::Status PrintAuditTable(const AuditCommand& command, CommandContext& context) {
  TableWriter table(context.environment.out, context.terminal, {"TIME", "WHO", "ACTION", "FLEET", "SUBJECT", "CHANGE"});
  return ListEvents(
      command, context,
      [&table](const v1::AuditEvent& event) {
        table.Add({FormatTime(event.time()), event.actor(), event.action(), event.fleet_id(), event.subject(),
                   DescribeChange(event)});
      },
      [&table] { table.Flush(); });
}

absl::Status PrintAuditJson(const AuditCommand& command, CommandContext& context) {
  JsonListWriter json(context.environment.out, "events");
  FLEET_RETURN_IF_ERROR(ListEvents(
      command, context, [&json](const v1::AuditEvent& event) { json.Add(event); }, [] {}));
  json.Finish();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<int> RunCommand(const LimitsListCommand&, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const v1::ListLimitsResponse response,
                         context.client.Call<v1::AdminService>(&Stub::ListLimits, v1::ListLimitsRequest()));
  if (context.json()) {
    context.environment.out << ToJson(response, JsonStyle::kPretty);
  } else {
    PrintLimitTable(response, context);
  }
  return 0;
}

absl::StatusOr<int> RunCommand(const LimitsSetCommand& command, CommandContext& context) {
  v1::SetLimitRequest request = MakeRequest(command.name, command.scope);
  request.set_value(command.value);
  return SetLimit(request, context);
}

absl::StatusOr<int> RunCommand(const LimitsResetCommand& command, CommandContext& context) {
  return SetLimit(MakeRequest(command.name, command.scope), context);
}

absl::StatusOr<int> RunCommand(const AuditCommand& command, CommandContext& context) {
  FLEET_RETURN_IF_ERROR(context.json() ? PrintAuditJson(command, context) : PrintAuditTable(command, context));
  return 0;
}

}  // namespace fleet::cli
