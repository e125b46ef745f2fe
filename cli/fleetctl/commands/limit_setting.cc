#include "cli/fleetctl/commands/limit_setting.h"

#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {

void AddLimitName(OptionAdder& options, std::string& name) {
  options.Text("NAME", name, "Name of the limit, as `limits list` shows it").Fills("name").Required();
}

void AddScope(OptionAdder& options, LimitScope& scope) {
  const auto add = [&options](const std::string& name, std::string& value, const std::string& help) {
    const auto take = [&value](const std::string& given) {
      value = given;
      return given.empty() ? absl::InvalidArgumentError("must not be empty") : absl::OkStatus();
    };
    return options.Value(name, take, help).TypeName("NAME").Fills("scope").Fills("scope_kind");
  };
  const AddedOption user = add("--user", scope.user, "Only for this user; who asks is said before the command");
  add("--pool", scope.pool, "Only for this pool").Excludes(user);
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
