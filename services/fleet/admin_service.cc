#include "services/fleet/admin_service.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/hint_channels.h"
#include "services/fleet/page_token.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"

namespace fleet::service {

grpc::ServerUnaryReactor* AdminService::ListLimits(grpc::CallbackServerContext* context, const v1::ListLimitsRequest*,
                                                   v1::ListLimitsResponse* response) {
  return rpc_.Run("ListLimits", context, [=, this](const rpc::Caller&) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const auto limits, limits_.List());
    for (const store::LimitRecord& limit : limits) *response->add_limits() = ToProto(limit);
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminService::SetLimit(grpc::CallbackServerContext* context,
                                                 const v1::SetLimitRequest* request, v1::SetLimitResponse* response) {
  return rpc_.Run("SetLimit", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    FLEET_RETURN_IF_ERROR(ValidateSetLimit(*request));
    store::LimitChange change;
    change.name = request->name();
    change.scope = request->scope();
    change.scope_kind = static_cast<domain::ScopeKind>(request->scope_kind());
    if (request->has_value()) change.value = request->value();
    FLEET_ASSIGN_OR_RETURN(const store::LimitStore::Changed changed, limits_.Set(caller, change));
    *response->mutable_limit() = ToProto(changed.limit);
    response->set_previous_value(changed.previous_value);
    // More may be allowed to start now.
    hints_.Send(store::kWorkChannel, request->name());
    return absl::OkStatus();
  });
}

grpc::ServerUnaryReactor* AdminService::ListAuditEvents(grpc::CallbackServerContext* context,
                                                        const v1::ListAuditEventsRequest* request,
                                                        v1::ListAuditEventsResponse* response) {
  return rpc_.Run("ListAuditEvents", context, [=, this](const rpc::Caller& caller) -> absl::Status {
    domain::Ulid fleet_id;
    if (!request->fleet_id().empty()) {
      FLEET_ASSIGN_OR_RETURN(fleet_id, ParseId("fleet_id", request->fleet_id()));
    }
    FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request->page_size(), 100));
    const std::string question = absl::StrCat("audit|", fleet_id.IsNone() ? "" : fleet_id.ToString());
    FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(question, request->page_token()));
    int64_t before = 0;
    if (!position.empty() && !absl::SimpleAtoi(position, &before)) return InvalidField("page_token", "is malformed");
    FLEET_ASSIGN_OR_RETURN(const auto records, audit_.List(caller, fleet_id, before, limit + 1));
    for (const store::AuditRecord& record : records) {
      if (response->events_size() == limit) {
        const int64_t last = response->events(limit - 1).event_id();
        response->set_next_page_token(EncodePageToken(question, absl::StrCat(last)));
        break;
      }
      *response->add_events() = ToProto(record);
    }
    return absl::OkStatus();
  });
}

}  // namespace fleet::service
