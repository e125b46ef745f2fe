// Domain values in and out of rows: the select list of tasks, and how it is read.
#ifndef FLEET_COMMON_STORE_ROW_CODEC_H_
#define FLEET_COMMON_STORE_ROW_CODEC_H_

#include <string>
#include <vector>

#include "common/database/rows.h"
#include "common/database/values.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"

// A timestamp as microseconds since 1970, and back. extract() is exact: it gives a numeric.
#define FLEET_MICROS(column) "(extract(epoch from " column ") * 1000000)::bigint"
#define FLEET_TIMESTAMP(micros) "(timestamptz 'epoch' + " micros " * interval '1 microsecond')"

// Read by ReadTask, in this order. `t` is the tasks row.
#define FLEET_TASK_COLUMNS \
  "t.fleet_id, t.ordinal, t.repo, t.state, t.outcome, t.category, t.attempt, t.tries, t.losses, t.faults, " \
  "t.generation, t.runner_id, t.cost_micros, t.duration_ms, t.pull_request_url, t.commit_id, " FLEET_MICROS("t.retry_at") ", " FLEET_MICROS("t.leased_at") ", " FLEET_MICROS("t.ended_at") ", " FLEET_MICROS("t.cancel_requested_at")

namespace fleet::store {

domain::Ulid ReadUlid(database::RowReader& row);
domain::Task ReadTask(database::RowReader& row);

database::Array UuidArray(const std::vector<domain::Ulid>& ids);
void AddUlid(database::Array& array, const domain::Ulid& id);  // NULL for none

// Parameters are stored as a JSON object of strings; empty text for none.
std::string EncodeParameters(const domain::Parameters& parameters);
domain::Parameters DecodeParameters(const std::string& json);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_ROW_CODEC_H_
