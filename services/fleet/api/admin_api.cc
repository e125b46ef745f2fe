#include "services/fleet/api/admin_api.h"

#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/admin_requests.h"
#include "services/fleet/requests/page_fill.h"
#include "services/fleet/requests/page_token.h"
#include "services/fleet/requests/request_fields.h"

namespace fleet::service {

absl::Status AdminApi::ListLimits(const domain::Caller&, const v1::ListLimitsRequest&,
                                  v1::ListLimitsResponse& response) {
  FLEET_ASSIGN_OR_RETURN(const auto limits, limits_.List());
  for (const store::LimitRecord& limit : limits) ToProto(limit, *response.add_limits());
  return absl::OkStatus();
}

absl::Status AdminApi::SetLimit(const domain::Caller& caller, const v1::SetLimitRequest& request,
                                v1::SetLimitResponse& response) {
  FLEET_RETURN_IF_ERROR(ValidateSetLimit(request));
  FLEET_ASSIGN_OR_RETURN(const store::LimitStore::Changed changed, limits_.Set(caller, ToLimitChange(request)));
  ToProto(changed.limit, *response.mutable_limit());
  response.set_previous_value(changed.previous_value);
  changes_.LimitChanged(request.name());
  return absl::OkStatus();
}

absl::Status AdminApi::ListAuditEvents(const domain::Caller& caller, const v1::ListAuditEventsRequest& request,
                                       v1::ListAuditEventsResponse& response) {
  domain::Ulid fleet_id;
  if (!request.fleet_id().empty()) {
    FLEET_ASSIGN_OR_RETURN(fleet_id, ParseId("fleet_id", request.fleet_id()));
  }
  FLEET_ASSIGN_OR_RETURN(const int32_t limit, ParsePageSize(request.page_size(), 100));
  const std::string question = absl::StrCat("audit|", fleet_id.IsNone() ? "" : fleet_id.ToString());
  FLEET_ASSIGN_OR_RETURN(const std::string position, DecodePageToken(question, request.page_token()));
  int64_t before = 0;
  if (!position.empty() && !absl::SimpleAtoi(position, &before)) return InvalidField("page_token", "is malformed");
  FLEET_ASSIGN_OR_RETURN(const auto records, audit_.List(caller, fleet_id, before, limit + 1));
  const std::size_t told =
      FillPage(records, static_cast<std::size_t>(limit), *response.mutable_events(),
               [](const store::AuditRecord& record, v1::AuditEvent& event) { ToProto(record, event); });
  if (told < records.size()) {
    response.set_next_page_token(EncodePageToken(question, absl::StrCat(records[told - 1].event_id)));
  }
  return absl::OkStatus();
}

}  // namespace fleet::service
