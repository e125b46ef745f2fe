#include "common/metrics/system_gauges.h"

#include <algorithm>
#include <utility>

#include "common/metrics/metric_catalog.h"

namespace fleet::metrics {
namespace {

using Pool = SystemReading::Pool;

void SetKnown(Gauges& family, const char* metric, const std::map<std::string, double>& values) {
  const MetricLabel& label = MetricNamed(metric).labels.front();
  for (const char* value : label.values) {
    const auto found = values.find(value);
    family.Add({{label.name, value}}).Set(found == values.end() ? 0 : found->second);
  }
}

// The earlier of two times, of which 0 is none.
double Earlier(double a, double b) {
  if (a == 0) return b;
  return b == 0 ? a : std::min(a, b);
}

void Join(Pool& sum, const Pool& pool) {
  sum.queued += pool.queued;
  sum.active += pool.active;
  sum.runners += pool.runners;
  sum.slots += pool.slots;
  sum.limit += pool.limit;
  sum.oldest_task = Earlier(sum.oldest_task, pool.oldest_task);
  sum.oldest_startable_task = Earlier(sum.oldest_startable_task, pool.oldest_startable_task);
}

std::map<std::string, Pool> Bounded(const std::map<std::string, Pool>& pools) {
  std::map<std::string, Pool> bounded;
  for (const auto& [name, pool] : pools) {
    Join(bounded[bounded.size() < kMostPools ? name : kOtherPool], pool);
  }
  return bounded;
}

}  // namespace

SystemGauges::SystemGauges(prometheus::Registry& registry)
    : read_at_(GaugeFamily(registry, "fleet_gauges_last_read_timestamp_seconds").Add({})),
      open_fleets_(GaugeFamily(registry, "fleet_open_fleets").Add({})),
      tasks_active_(GaugeFamily(registry, "fleet_tasks_active").Add({})),
      fleets_(GaugeFamily(registry, "fleet_fleets")),
      waiting_(GaugeFamily(registry, "fleet_fleets_waiting")),
      tasks_(GaugeFamily(registry, "fleet_tasks")),
      outcomes_(GaugeFamily(registry, "fleet_completed_tasks")),
      categories_(GaugeFamily(registry, "fleet_failed_tasks")),
      limits_(GaugeFamily(registry, "fleet_limit")),
      users_at_limit_(GaugeFamily(registry, "fleet_users_at_limit")),
      jobs_(GaugeFamily(registry, "fleet_jobs")),
      oldest_jobs_(GaugeFamily(registry, "fleet_jobs_oldest_due_timestamp_seconds")),
      pool_tasks_(GaugeFamily(registry, "fleet_pool_tasks")),
      oldest_tasks_(GaugeFamily(registry, "fleet_queue_oldest_task_timestamp_seconds")),
      oldest_startable_tasks_(GaugeFamily(registry, "fleet_queue_oldest_startable_task_timestamp_seconds")),
      runners_(GaugeFamily(registry, "fleet_runners")),
      slots_(GaugeFamily(registry, "fleet_runner_slots")),
      pool_limits_(GaugeFamily(registry, "fleet_pool_limit")) {}

void SystemGauges::Set(const SystemReading& reading) {
  open_fleets_.Set(reading.open_fleets);
  tasks_active_.Set(reading.tasks_active);
  SetKnown(fleets_, "fleet_fleets", reading.fleets);
  SetKnown(waiting_, "fleet_fleets_waiting", reading.waiting);
  SetKnown(tasks_, "fleet_tasks", reading.tasks);
  SetKnown(outcomes_, "fleet_completed_tasks", reading.outcomes);
  SetKnown(categories_, "fleet_failed_tasks", reading.categories);
  SetKnown(limits_, "fleet_limit", reading.limits);
  SetKnown(users_at_limit_, "fleet_users_at_limit", reading.users_at_limit);
  SetKnown(jobs_, "fleet_jobs", reading.jobs);
  SetKnown(oldest_jobs_, "fleet_jobs_oldest_due_timestamp_seconds", reading.oldest_jobs);
  const std::map<std::string, Pool> pools = Bounded(reading.pools);
  const std::set<std::string> before = std::exchange(pools_, {});
  for (const auto& [name, pool] : pools) {
    SetPool(name, pool);
    pools_.insert(name);
  }
  for (const std::string& name : before) {
    if (pools_.count(name) == 0) RemovePool(name);
  }
  read_at_.Set(reading.read_at);
}

void SystemGauges::SetPool(const std::string& name, const Pool& pool) {
  pool_tasks_.Add({{"pool", name}, {"state", "queued"}}).Set(pool.queued);
  pool_tasks_.Add({{"pool", name}, {"state", "active"}}).Set(pool.active);
  oldest_tasks_.Add({{"pool", name}}).Set(pool.oldest_task);
  oldest_startable_tasks_.Add({{"pool", name}}).Set(pool.oldest_startable_task);
  runners_.Add({{"pool", name}}).Set(pool.runners);
  // Runners that are not live hold children until these are taken back.
  const double used = std::min(pool.active, pool.slots);
  slots_.Add({{"pool", name}, {"state", "used"}}).Set(used);
  slots_.Add({{"pool", name}, {"state", "free"}}).Set(pool.slots - used);
  pool_limits_.Add({{"pool", name}}).Set(pool.limit);
}

void SystemGauges::RemovePool(const std::string& name) {
  for (Gauges* family : {&pool_tasks_, &slots_}) {
    for (const char* state : {"queued", "active", "used", "free"}) {
      const prometheus::Labels labels = {{"pool", name}, {"state", state}};
      if (family->Has(labels)) family->Remove(&family->Add(labels));
    }
  }
  for (Gauges* family : {&oldest_tasks_, &oldest_startable_tasks_, &runners_, &pool_limits_}) {
    family->Remove(&family->Add({{"pool", name}}));
  }
}

}  // namespace fleet::metrics
