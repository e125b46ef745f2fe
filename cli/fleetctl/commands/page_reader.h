// Lists, page by page to their end.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_PAGE_READER_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_PAGE_READER_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "cli/fleetctl/client/fleet_client.h"
#include "common/status/status_macros.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

// Calls a list method until its last page, or until `take` has enough and returns false. Pages may be empty.
// Returns what Call returns; kInternal if the service hands out one page token again and again.
template <typename Service, typename Stub, typename Request, typename Response>
absl::Status ReadPages(FleetClient& client,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*), Request request,
                       absl::FunctionRef<bool(const Response&)> take) {
  while (true) {
    FLEET_ASSIGN_OR_RETURN(const Response page, client.Call<Service>(method, request));
    if (!take(page) || page.next_page_token().empty()) return absl::OkStatus();
    if (page.next_page_token() == request.page_token()) {
      return absl::InternalError("the service answered with the page token it was given: the list does not go on");
    }
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_PAGE_READER_H_
