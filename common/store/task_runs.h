// Children as runs of neighbours, which is how they are leased and reported: the database finds a run by one descent
// into the index instead of one a child.
#ifndef FLEET_COMMON_STORE_TASK_RUNS_H_
#define FLEET_COMMON_STORE_TASK_RUNS_H_

#include <cstdint>
#include <vector>

#include "common/database/values.h"
#include "common/domain/identifiers.h"

// A FROM item over the arrays of TaskRuns; `t` are the children's rows, `k.n` the runs' order.
#define FLEET_TASKS_IN_RUNS                                                                                       \
  " from unnest($1::uuid[], $2::int[], $3::int[]) with ordinality as k(fleet_id, first_ordinal, last_ordinal, n)" \
  " join tasks t on t.fleet_id = k.fleet_id and t.ordinal between k.first_ordinal and k.last_ordinal "

namespace fleet::store {

class TaskRuns {
 public:
  // Extends the last run if `id` is the next child of its fleet. Returns whether it began a new run.
  bool Add(const domain::TaskId& id);
  // Begins a new run in any case.
  void Begin(const domain::TaskId& id);

  // The arrays of FLEET_TASKS_IN_RUNS, an element a run.
  database::Array FleetIds() const;
  database::Array Firsts() const;
  database::Array Lasts() const;

 private:
  struct Run {
    domain::Ulid fleet_id;
    int32_t first = 0;
    int32_t last = 0;
  };
  std::vector<Run> runs_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_TASK_RUNS_H_
