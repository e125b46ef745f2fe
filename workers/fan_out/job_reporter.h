// Tells the rest of the system of each step of a job: the metrics, the log, the fleet's trace, and who waits for what
// it changed.
#ifndef FLEET_WORKERS_FAN_OUT_JOB_REPORTER_H_
#define FLEET_WORKERS_FAN_OUT_JOB_REPORTER_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/database/notification_sender.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/jobs/job_types.h"
#include "common/tracing/tracer.h"

namespace fleet::worker {

// Thread-safe.
class JobReporter {
 public:
  JobReporter(database::NotificationSender& hints, metrics::WorkerMetrics& metrics,
              const tracing::Tracer& tracer = tracing::Tracer::Off(), const Clock& clock = Clock::System())
      : hints_(hints), metrics_(metrics), tracer_(tracer), clock_(clock) {}

  // `step`: what a turn of the job came to; nullopt: there was nothing to do.
  void Report(const store::JobType& type, const absl::StatusOr<std::optional<store::JobStep>>& step,
              absl::Duration took);

 private:
  database::NotificationSender& hints_;
  metrics::WorkerMetrics& metrics_;
  const tracing::Tracer& tracer_;
  const Clock& clock_;
};

}  // namespace fleet::worker

#endif  // FLEET_WORKERS_FAN_OUT_JOB_REPORTER_H_
