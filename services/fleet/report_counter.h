// Counts what runners reported.
#ifndef FLEET_SERVICES_FLEET_REPORT_COUNTER_H_
#define FLEET_SERVICES_FLEET_REPORT_COUNTER_H_

#include <vector>

#include "common/domain/task.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/report_store.h"

namespace fleet::service {

// Thread-safe.
class ReportCounter {
 public:
  explicit ReportCounter(metrics::ServiceMetrics& metrics) : metrics_(metrics) {}

  // Those of a committed batch that were applied.
  void Count(const std::vector<domain::TaskReport>& reports, const std::vector<store::ReportAnswer>& answers);

 private:
  void CountEnd(const domain::TaskReport& report, const store::ReportAnswer& answer);

  metrics::ServiceMetrics& metrics_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REPORT_COUNTER_H_
