// What committed transactions did to fleets and their children. Each process counts its own.
#ifndef FLEET_COMMON_METRICS_CHANGE_METRICS_H_
#define FLEET_COMMON_METRICS_CHANGE_METRICS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/metrics/metric_families.h"

namespace fleet::metrics {

// Thread-safe. Labels are those of the catalog.
class ChangeMetrics {
 public:
  explicit ChangeMetrics(prometheus::Registry& registry);

  // A fleet that ended: fleet_fleet_completions_total, fleet_fleet_completion_ratio, fleet_fleet_duration_seconds.
  void CountFleet(const std::string& result, double completion_ratio, absl::Duration took);
  // fleet_task_completions_total, fleet_task_outcomes_total.
  void CountTasks(const std::string& result, double count) { Add(completions_, "result", result, count); }
  void CountOutcomes(const std::string& outcome, double count) { Add(outcomes_, "outcome", outcome, count); }
  // fleet_task_failures_total, fleet_task_retries_total.
  void CountFailures(const std::string& category, double count) { Add(failures_, "category", category, count); }
  void CountRetries(const std::string& category, double count) { Add(retries_, "category", category, count); }
  // fleet_task_losses_total, fleet_task_capacity_faults_total.
  void CountLosses(double count) { losses_.Increment(count); }
  void CountFaults(double count) { faults_.Increment(count); }
  // fleet_task_cost_usd_total.
  void AddCost(double usd) { cost_.Increment(usd); }
  // Leased children, each with how long it was ready before: fleet_leases_granted_total,
  // fleet_task_schedule_to_start_seconds.
  void CountLeases(const std::vector<double>& waits);
  // fleet_leases_expired_total.
  void CountExpired(const std::string& reason, double count) { Add(expired_, "reason", reason, count); }
  // fleet_task_duration_seconds.
  void ObserveRuns(const std::string& result, const std::vector<double>& seconds);

 private:
  static void Add(Counters& family, const char* label, const std::string& value, double count) {
    family.Add({{label, value}}).Increment(count);
  }

  Counters& fleets_;
  Histograms ratios_;
  Histograms fleet_durations_;
  Counters& completions_;
  Counters& outcomes_;
  Counters& failures_;
  Counters& retries_;
  prometheus::Counter& losses_;
  prometheus::Counter& faults_;
  prometheus::Counter& cost_;
  prometheus::Histogram& waits_;
  Histograms runs_;
  prometheus::Counter& leases_;
  Counters& expired_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_CHANGE_METRICS_H_
