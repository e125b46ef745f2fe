#include "services/fleet/task_gauges.h"

#include <map>
#include <string>

#include "services/fleet/metric_labels.h"

namespace fleet::service {

void TaskGauges::RunOnce() {
  metrics_.SetWatchers(hub_.watchers());
  metrics_.SetParkedLeases(dispatcher_.parked());
  const auto totals = fleets_.OpenTotals();
  if (!totals.ok()) return;
  std::map<std::string, double> by_state;
  for (std::size_t state = 1; state < totals->tasks.size(); ++state) {
    by_state[LabelOf(static_cast<domain::TaskState>(state))] = static_cast<double>(totals->tasks[state]);
  }
  metrics_.SetTasks(by_state);
  metrics_.SetOpenFleets(static_cast<double>(totals->fleets));
}

}  // namespace fleet::service
