#include "common/store/task_runs.h"

namespace fleet::store {

bool TaskRuns::Add(const domain::TaskId& id) {
  if (!runs_.empty() && runs_.back().last + 1 == id.ordinal && runs_.back().fleet_id == id.fleet_id) {
    runs_.back().last = id.ordinal;
    return false;
  }
  Begin(id);
  return true;
}

void TaskRuns::Begin(const domain::TaskId& id) { runs_.push_back({id.fleet_id, id.ordinal, id.ordinal}); }

database::Array TaskRuns::FleetIds() const {
  database::Array array;
  for (const Run& run : runs_) array.AddBare(run.fleet_id.ToUuid());
  return array;
}

database::Array TaskRuns::Firsts() const {
  database::Array array;
  for (const Run& run : runs_) array.Add(int64_t{run.first});
  return array;
}

database::Array TaskRuns::Lasts() const {
  database::Array array;
  for (const Run& run : runs_) array.Add(int64_t{run.last});
  return array;
}

}  // namespace fleet::store
