// Everything a fleet-service is made of, in the order in which it starts and, reversed, ends.
#ifndef FLEET_SERVICES_FLEET_SERVICE_PROCESS_H_
#define FLEET_SERVICES_FLEET_SERVICE_PROCESS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/fleet/service_config.h"

namespace fleet::service {

class ServiceProcess {
 public:
  // Serving when it returns. Returns kInvalidArgument for what is no address, kUnavailable if one is taken,
  // kFailedPrecondition if the database's schema is too old.
  static absl::StatusOr<std::unique_ptr<ServiceProcess>> Start(const ServiceConfig& config);
  ~ServiceProcess();

  // grpc and metrics.
  std::map<std::string, int> Ports() const;
  // Says NOT_SERVING and not ready, ends streams and long polls so that their callers go elsewhere, lets calls finish
  // for the drain time, writes what was reported.
  void Drain();

 private:
  struct Parts;
  explicit ServiceProcess(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_SERVICE_PROCESS_H_
