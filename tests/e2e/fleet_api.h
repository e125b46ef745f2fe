// FleetService and CatalogService for a test: over any of several services.
#ifndef FLEET_TESTS_E2E_FLEET_API_H_
#define FLEET_TESTS_E2E_FLEET_API_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "fleet/v1/catalog_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::e2e {

// Identity of everything that tests ask for.
inline constexpr char kUser[] = "tester";

class FleetApi {
 public:
  // Asks the services in turn until one answers.
  explicit FleetApi(std::vector<std::string> addresses) : addresses_(std::move(addresses)) {}

  absl::StatusOr<v1::Fleet> Create(const v1::CreateFleetRequest& request);
  absl::StatusOr<v1::Fleet> Get(const std::string& fleet_id);
  absl::StatusOr<v1::Fleet> Cancel(const std::string& fleet_id, v1::CancelMode mode = v1::CANCEL_MODE_STOP);
  // All of a fleet's children by repository. At most 1,000.
  absl::StatusOr<std::map<std::string, v1::Task>> Tasks(const std::string& fleet_id);
  // One child with its texts.
  absl::StatusOr<v1::GetFleetTaskResponse> Task(const std::string& fleet_id, const std::string& repo);
  absl::Status Import(const v1::ImportRepositoriesRequest& request);
  absl::Status Apply(const v1::Workflow& workflow);

 private:
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request);

  const std::vector<std::string> addresses_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_FLEET_API_H_
