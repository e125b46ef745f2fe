// Counts the reports of a batch that changed something. What they changed is counted where it is committed.
#ifndef FLEET_SERVICES_FLEET_REPORT_COUNTER_H_
#define FLEET_SERVICES_FLEET_REPORT_COUNTER_H_

#include <vector>

#include "common/metrics/fleet_metrics.h"
#include "common/store/report_store.h"

namespace fleet::service {

// Thread-safe.
class ReportCounter {
 public:
  explicit ReportCounter(metrics::ServiceMetrics& metrics) : metrics_(metrics) {}

  // Those of a committed batch that were applied.
  void Count(const std::vector<store::ReportAnswer>& answers);

 private:
  metrics::ServiceMetrics& metrics_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REPORT_COUNTER_H_
