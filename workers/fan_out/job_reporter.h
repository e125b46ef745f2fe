// Tells the rest of the system of each step of a job: the metrics, and who waits for what it changed.
#ifndef FLEET_WORKERS_FAN_OUT_JOB_REPORTER_H_
#define FLEET_WORKERS_FAN_OUT_JOB_REPORTER_H_

#include <initializer_list>
#include <optional>

#include "absl/status/statusor.h"
#include "common/database/notification_sender.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/job_store.h"

namespace fleet::worker {

// Thread-safe.
class JobReporter {
 public:
  JobReporter(database::NotificationSender& hints, metrics::WorkerMetrics& metrics)
      : hints_(hints), metrics_(metrics) {}

  // `step`: what a step of `job` came to; the hints on `channels` name its fleet. False: there was nothing to do.
  absl::StatusOr<bool> Take(const char* job, const absl::StatusOr<std::optional<store::JobStep>>& step,
                            std::initializer_list<const char*> channels);

 private:
  database::NotificationSender& hints_;
  metrics::WorkerMetrics& metrics_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_JOB_REPORTER_H_
