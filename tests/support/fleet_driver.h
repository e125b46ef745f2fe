// A caller of FleetService and CatalogService over real gRPC, for tests and benchmarks.
#ifndef FLEET_TESTS_SUPPORT_FLEET_DRIVER_H_
#define FLEET_TESTS_SUPPORT_FLEET_DRIVER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fleet/v1/admin_service.grpc.pb.h"
#include "fleet/v1/catalog_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::testing {

// Thread-safe. Errors carry what fleet::GetErrorInfo reads.
class FleetDriver {
 public:
  // `address`: "host:port". Every call is `user`'s.
  explicit FleetDriver(const std::string& address, std::string user = "alice");

  // A request for the first `targets` of the repositories that TestStores registers.
  static v1::CreateFleetRequest Request(int targets, const std::string& request_id = "");

  absl::StatusOr<v1::CreateFleetResponse> Create(const v1::CreateFleetRequest& request) const;
  absl::StatusOr<v1::Fleet> Get(const std::string& fleet_id) const;
  absl::StatusOr<v1::Fleet> Cancel(const std::string& fleet_id, v1::CancelMode mode = v1::CANCEL_MODE_STOP) const;
  absl::StatusOr<v1::Fleet> Pause(const std::string& fleet_id) const;
  absl::StatusOr<v1::Fleet> Resume(const std::string& fleet_id) const;
  // Its failed, timed out and cancelled children.
  absl::StatusOr<v1::Fleet> Retry(const std::string& fleet_id, const std::string& request_id) const;
  absl::StatusOr<v1::Fleet> SetConcurrency(const std::string& fleet_id, int32_t max_concurrency) const;
  // The child of the repository that TestStores registers under this number; the answer is its fleet.
  absl::StatusOr<v1::Fleet> CancelChild(const std::string& fleet_id, int number) const;
  // An empty fleet.
  absl::StatusOr<v1::Fleet> SetLimit(const std::string& name, int64_t value) const;
  // Every child, page after page.
  absl::StatusOr<std::vector<v1::Task>> Tasks(const std::string& fleet_id) const;
  // Asks until the fleet has ended; kDeadlineExceeded with its last picture if that takes longer than `limit`. A
  // service that is away for a while is asked again.
  absl::StatusOr<v1::Fleet> AwaitEnd(const std::string& fleet_id, absl::Duration limit = absl::Seconds(60)) const;
  absl::StatusOr<v1::Fleet> AwaitExpanded(const std::string& fleet_id, absl::Duration limit = absl::Seconds(60)) const;

  v1::FleetService::StubInterface& fleets() const { return *fleets_; }
  v1::CatalogService::StubInterface& catalog() const { return *catalog_; }
  const std::string& user() const { return user_; }

 private:
  const std::string user_;
  const std::unique_ptr<v1::FleetService::StubInterface> fleets_;
  const std::unique_ptr<v1::CatalogService::StubInterface> catalog_;
  const std::unique_ptr<v1::AdminService::StubInterface> admin_;
};

bool HasEnded(const v1::Fleet& fleet);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_FLEET_DRIVER_H_
