// Everything a fleet-worker is made of: each job on a loop of its own.
#ifndef FLEET_WORKERS_FAN_OUT_WORKER_PROCESS_H_
#define FLEET_WORKERS_FAN_OUT_WORKER_PROCESS_H_

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "workers/fan_out/fan_out_config.h"

namespace fleet::worker {

class WorkerProcess {
 public:
  // Working when it returns. Returns kInvalidArgument for what is no address, kUnavailable if it is taken,
  // kFailedPrecondition if the database's schema is too old.
  static absl::StatusOr<std::unique_ptr<WorkerProcess>> Start(const FanOutConfig& config);
  // Finishes the steps under way.
  ~WorkerProcess();

  // metrics.
  std::map<std::string, int> Ports() const;
  // Says not ready and ends; the steps under way are finished.
  void Drain();

 private:
  struct Parts;
  explicit WorkerProcess(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_WORKER_PROCESS_H_
