// Domain values in and out of rows: the select lists of fleets and tasks, and how they are read.
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

// Read by ReadFleet, in this order. `f` is the fleets row.
#define FLEET_FLEET_COLUMNS \
  "f.fleet_id, f.creator, f.pool, f.priority, f.max_concurrency, f.task_timeout_ms, f.max_tries, f.state, " \
  "f.total, f.expanded, f.next_ordinal, " \
  "f.queued, f.submitted, f.hydrating, f.running, f.awaiting_approval, f.finalizing, f.completed, f.failed, " \
  "f.cancelled, f.timed_out, f.outcome_unspecified, f.outcome_pull_request_opened, " \
  "f.outcome_pull_request_updated, f.outcome_branch_pushed, f.outcome_no_changes, f.outcome_report_only, " \
  "f.failures_auth, f.failures_network, f.failures_concurrency, f.failures_compute, f.failures_agent, " \
  "f.failures_guardrail, f.failures_config, f.failures_timeout, f.failures_blocked, f.failures_unknown, " \
  "f.delayed, f.suspects, f.known_cost, f.cost_micros, f.duration_ms, f.revision, f.cancel_mode, f.cancelled_by, " \
  "f.pause_reasons, f.paused_by, f.expired, f.generation, f.retrying, f.failure_message, " FLEET_MICROS("f.deadline") ", " FLEET_MICROS("f.queue_since") ", " FLEET_MICROS("f.next_retry_at") ", " FLEET_MICROS("f.created_at") ", " FLEET_MICROS("f.updated_at") ", " FLEET_MICROS("f.started_at") ", " FLEET_MICROS("f.ended_at")

// Read by ReadTask, in this order. `t` is the tasks row.
#define FLEET_TASK_COLUMNS \
  "t.fleet_id, t.ordinal, t.repo, t.state, t.outcome, t.category, t.attempt, t.tries, t.losses, t.faults, " \
  "t.generation, t.runner_id, t.cost_micros, t.duration_ms, t.pull_request_url, t.commit_id, " FLEET_MICROS("t.retry_at") ", " FLEET_MICROS("t.leased_at") ", " FLEET_MICROS("t.ended_at") ", " FLEET_MICROS("t.cancel_requested_at")

namespace fleet::store {

domain::Ulid ReadUlid(database::RowReader& row);
domain::Fleet ReadFleet(database::RowReader& row);
domain::Task ReadTask(database::RowReader& row);

database::Array UuidArray(const std::vector<domain::Ulid>& ids);
void AddUlid(database::Array& array, const domain::Ulid& id);  // NULL for none

// Parameters are stored as a JSON object of strings; empty text for none.
std::string EncodeParameters(const domain::Parameters& parameters);
domain::Parameters DecodeParameters(const std::string& json);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_ROW_CODEC_H_
