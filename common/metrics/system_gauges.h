// What the database says of the whole system: the same in every process that exports it.
#ifndef FLEET_COMMON_METRICS_SYSTEM_GAUGES_H_
#define FLEET_COMMON_METRICS_SYSTEM_GAUGES_H_

#include <map>
#include <set>
#include <string>

#include "common/metrics/metric_families.h"

namespace fleet::metrics {

// One reading. Keys of maps are label values; of known labels those that are left out are 0. Times are seconds since
// 1970; 0: none.
struct SystemReading {
  struct Pool {
    double queued = 0;
    double active = 0;
    double runners = 0;
    double slots = 0;  // of these runners
    double limit = 0;
    double oldest_task = 0;
    double oldest_startable_task = 0;
  };
  double read_at = 0;
  double open_fleets = 0;
  double tasks_active = 0;
  std::map<std::string, double> fleets;   // by state
  std::map<std::string, double> waiting;  // by reason
  std::map<std::string, double> tasks;    // by state
  std::map<std::string, double> outcomes;
  std::map<std::string, double> categories;
  std::map<std::string, double> limits;          // by name
  std::map<std::string, double> users_at_limit;  // by the limit's name
  std::map<std::string, double> jobs;
  std::map<std::string, double> oldest_jobs;  // since when due
  std::map<std::string, Pool> pools;          // any number
};

// Call from one thread.
class SystemGauges {
 public:
  explicit SystemGauges(prometheus::Registry& registry);

  // Of more than kMostPools pools the first by name are told, and the rest together as kOtherPool. Pools that are not
  // in the reading any more have no series any more.
  void Set(const SystemReading& reading);

 private:
  void SetPool(const std::string& name, const SystemReading::Pool& pool);
  void RemovePool(const std::string& name);

  prometheus::Gauge& read_at_;
  prometheus::Gauge& open_fleets_;
  prometheus::Gauge& tasks_active_;
  Gauges& fleets_;
  Gauges& waiting_;
  Gauges& tasks_;
  Gauges& outcomes_;
  Gauges& categories_;
  Gauges& limits_;
  Gauges& users_at_limit_;
  Gauges& jobs_;
  Gauges& oldest_jobs_;
  Gauges& pool_tasks_;
  Gauges& oldest_tasks_;
  Gauges& oldest_startable_tasks_;
  Gauges& runners_;
  Gauges& slots_;
  Gauges& pool_limits_;
  std::set<std::string> pools_;  // that have series
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_SYSTEM_GAUGES_H_
