// A caller of FleetService, CatalogService and AdminService over real gRPC, for tests and benchmarks.
#ifndef FLEET_TESTS_SUPPORT_FLEET_DRIVER_H_
#define FLEET_TESTS_SUPPORT_FLEET_DRIVER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/admin_service.grpc.pb.h"
#include "fleet/v1/catalog_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::testing {

// Thread-safe. Errors carry what fleet::GetErrorInfo reads.
class FleetDriver {
 public:
  // `addresses`: "host:port" of equal services; a call goes to the next when one does not answer. Every call is
  // `user`'s.
  explicit FleetDriver(std::vector<std::string> addresses, const std::string& user = "alice");
  explicit FleetDriver(const std::string& address, const std::string& user = "alice")
      : FleetDriver(std::vector<std::string>{address}, user) {}

  // A request for the first `targets` of the repositories that TestStores registers.
  static v1::CreateFleetRequest Request(int targets, const std::string& request_id = "");

  absl::StatusOr<v1::CreateFleetResponse> Create(const v1::CreateFleetRequest& request) const;
  // A part of the repositories that TestStores registers: `count` of them from number `first` on.
  static v1::AddFleetTargetsRequest Part(const std::string& fleet_id, int part, int first, int count);
  absl::StatusOr<v1::AddFleetTargetsResponse> AddTargets(const v1::AddFleetTargetsRequest& request) const;
  absl::StatusOr<v1::Fleet> Seal(const std::string& fleet_id, std::optional<int32_t> total = std::nullopt) const;
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
  absl::Status Import(const v1::ImportRepositoriesRequest& request) const;
  absl::Status Apply(const v1::Workflow& workflow) const;
  // One child with its texts.
  absl::StatusOr<v1::GetFleetTaskResponse> Task(const std::string& fleet_id, const std::string& repo) const;
  // Every child, page after page.
  absl::StatusOr<std::vector<v1::Task>> Tasks(const std::string& fleet_id) const;
  // Asks until the fleet has ended; kDeadlineExceeded with its last picture if that takes longer than `limit`. A
  // service that is away for a while is asked again.
  absl::StatusOr<v1::Fleet> AwaitEnd(const std::string& fleet_id, absl::Duration limit = absl::Seconds(60)) const;
  absl::StatusOr<v1::Fleet> AwaitExpanded(const std::string& fleet_id, absl::Duration limit = absl::Seconds(60)) const;

  // For streams, and for calls with a context of their own.
  v1::FleetService::Stub Fleets() const { return v1::FleetService::Stub(channel_.InUse().channel); }
  const std::string& user() const { return user_; }

 private:
  template <typename Stub, typename Asked, typename Answer>
  absl::StatusOr<Answer> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Asked&, Answer*),
                              const Asked& request) const;
  // The same, of calls that answer with the fleet.
  template <typename Stub, typename Asked, typename Answer>
  absl::StatusOr<v1::Fleet> CallForFleet(grpc::Status (Stub::*method)(grpc::ClientContext*, const Asked&, Answer*),
                                         const Asked& request) const;

  const std::string user_;
  mutable rpc::FailoverChannel channel_;
};

bool HasEnded(const v1::Fleet& fleet);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_FLEET_DRIVER_H_
