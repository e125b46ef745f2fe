// The part of AdminService that tells how the whole stands: runners, versions, clocks, what is behind.
#ifndef FLEET_SERVICES_FLEET_API_SYSTEM_API_H_
#define FLEET_SERVICES_FLEET_API_SYSTEM_API_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "common/clock/clock.h"
#include "common/domain/caller.h"
#include "common/domain/ulid.h"
#include "common/store/runner_directory.h"
#include "common/store/system_store.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::service {

// Which service this is.
struct ServiceIdentity {
  domain::Ulid service_id;
  std::string version;
};

// Thread-safe; each method is the one of its name, and blocks for the database.
class SystemApi {
 public:
  SystemApi(store::RunnerDirectory& runners, store::SystemStore& system, const Clock& clock, ServiceIdentity self)
      : runners_(runners), system_(system), clock_(clock), self_(std::move(self)) {}

  absl::Status ListRunners(const domain::Caller& caller, const v1::ListRunnersRequest& request,
                           v1::ListRunnersResponse& response);
  absl::Status GetRunner(const domain::Caller& caller, const v1::GetRunnerRequest& request,
                         v1::GetRunnerResponse& response);
  absl::Status GetSystemStatus(const domain::Caller& caller, const v1::GetSystemStatusRequest& request,
                               v1::GetSystemStatusResponse& response);

 private:
  // Whether it is reachable.
  bool DescribeDatabase(const domain::Caller& caller, v1::DatabaseStatus& database);

  store::RunnerDirectory& runners_;
  store::SystemStore& system_;
  const Clock& clock_;
  const ServiceIdentity self_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_SYSTEM_API_H_
