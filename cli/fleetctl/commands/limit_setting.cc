#include "cli/fleetctl/commands/limit_setting.h"

#include "CLI/CLI.hpp"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {

void AddLimitName(CLI::App& app, std::string& name) {
  app.add_option("NAME", name, "Name of the limit, as `limits list` shows it")->required();
}

void AddScope(CLI::App& app, LimitScope& scope) {
  CLI::Option* user = app.add_option("--user", scope.user, "Only for this user; who asks is said before the command");
  CLI::Option* pool = app.add_option("--pool", scope.pool, "Only for this pool");
  for (CLI::Option* option : {user, pool}) {
    option->type_name("NAME")->check(
        [](const std::string& value) { return value.empty() ? std::string("must not be empty") : std::string(); });
  }
  pool->excludes(user);
}

v1::SetLimitRequest MakeSetLimitRequest(const std::string& name, const LimitScope& scope) {
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
                         context.client.Call<v1::AdminService>(&v1::AdminService::Stub::SetLimit, request));
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

}  // namespace fleet::cli
