#include "services/fleet/requests/admin_requests.h"

#include "common/domain/caller.h"
#include "common/rpc/proto_time.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

using rpc::ToProtoTime;

static_assert(static_cast<int>(domain::LimitEffect::kSetting) == v1::LIMIT_EFFECT_SETTING);

}  // namespace

absl::Status ValidateSetLimit(const v1::SetLimitRequest& request) {
  Violations violations;
  if (request.name().empty()) violations.Add("name", "is empty");
  violations.CheckText("name", request.name(), 100, domain::TextKind::kName);
  if (!request.scope().empty() && !domain::IsUserName(request.scope())) {
    violations.Add("scope", "is neither a user nor a pool");
  }
  if (!v1::ScopeKind_IsValid(request.scope_kind())) violations.Add("scope_kind", "is unknown");
  if (request.scope().empty() && request.scope_kind() != v1::SCOPE_KIND_UNSPECIFIED) {
    violations.Add("scope_kind", "is given without a scope");
  }
  if (request.has_value() && request.value() < 0) violations.Add("value", "must not be negative");
  return violations.ToStatus();
}

store::LimitChange ToLimitChange(const v1::SetLimitRequest& request) {
  store::LimitChange change;
  change.name = request.name();
  change.scope = request.scope();
  change.scope_kind = static_cast<domain::ScopeKind>(request.scope_kind());
  if (request.has_value()) change.value = request.value();
  return change;
}

void ToProto(const store::LimitRecord& record, v1::Limit& proto) {
  proto.set_name(record.name);
  proto.set_scope(record.scope);
  proto.set_value(record.value);
  proto.set_description(record.description);
  proto.set_effect(static_cast<v1::LimitEffect>(record.effect));
  proto.set_scope_kind(static_cast<v1::ScopeKind>(record.scope_kind));
  if (record.updated_at.has_value()) *proto.mutable_update_time() = ToProtoTime(*record.updated_at);
  proto.set_updated_by(record.updated_by);
}

void ToProto(const store::AuditRecord& record, v1::AuditEvent& proto) {
  proto.set_event_id(record.event_id);
  *proto.mutable_time() = ToProtoTime(record.at);
  proto.set_actor(record.actor);
  proto.set_action(record.action);
  if (!record.fleet_id.IsNone()) proto.set_fleet_id(record.fleet_id.ToString());
  proto.set_subject(record.subject);
  proto.set_before(record.before);
  proto.set_after(record.after);
}

}  // namespace fleet::service
