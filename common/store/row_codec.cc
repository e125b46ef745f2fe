#include "common/store/row_codec.h"

#include <algorithm>

#include "nlohmann/json.hpp"

namespace fleet::store {

domain::Ulid ReadUlid(database::RowReader& row) { return domain::Ulid::FromUuid(row.Text()).value_or(domain::Ulid()); }

domain::Fleet ReadFleet(database::RowReader& row) {
  domain::Fleet fleet;
  fleet.id = ReadUlid(row);
  fleet.creator = row.Text();
  fleet.pool = row.Text();
  fleet.policy.priority = row.Int();
  fleet.policy.max_concurrency = row.Int();
  fleet.policy.task_timeout = absl::Milliseconds(row.BigInt());
  fleet.policy.max_tries = row.Int();
  fleet.state = static_cast<domain::FleetState>(row.Int());
  domain::Rollup& rollup = fleet.rollup;
  rollup.total = row.Int();
  rollup.expanded = row.Int();
  fleet.next_ordinal = row.Int();
  for (std::size_t i = 1; i < rollup.states.size(); ++i) rollup.states[i] = row.Int();
  for (int32_t& count : rollup.outcomes) count = row.Int();
  for (std::size_t i = 1; i < rollup.categories.size(); ++i) rollup.categories[i] = row.Int();
  rollup.delayed = row.Int();
  rollup.suspects = row.Int();
  rollup.known_cost = row.Int();
  rollup.cost_micros = row.BigInt();
  rollup.duration_ms = row.BigInt();
  fleet.revision = row.BigInt();
  fleet.cancel_mode = static_cast<domain::CancelMode>(row.Int());
  fleet.cancelled_by = row.Text();
  fleet.pause_reasons = row.Int();
  fleet.paused_by = row.Text();
  fleet.expired = row.Bool();
  fleet.generation = row.Int();
  fleet.retrying = row.Bool();
  fleet.failure_message = row.Text();
  fleet.policy.deadline = row.OptionalTime();
  fleet.queue_since = row.Time();
  fleet.next_retry_at = row.OptionalTime();
  fleet.created_at = row.Time();
  fleet.updated_at = row.Time();
  fleet.started_at = row.OptionalTime();
  fleet.ended_at = row.OptionalTime();
  return fleet;
}

domain::Task ReadTask(database::RowReader& row) {
  domain::Task task;
  task.id.fleet_id = ReadUlid(row);
  task.id.ordinal = row.Int();
  task.repo = row.Text();
  task.state = static_cast<domain::TaskState>(row.Int());
  task.outcome = static_cast<domain::Outcome>(row.Int());
  task.category = static_cast<domain::FailureCategory>(row.Int());
  task.attempt = row.Int();
  task.tries = row.Int();
  task.losses = row.Int();
  task.faults = row.Int();
  task.generation = std::max(1, row.Int());
  task.runner_id = ReadUlid(row);
  task.cost_micros = row.OptionalBigInt();
  task.duration_ms = row.OptionalBigInt();
  task.pull_request_url = row.Text();
  task.commit = row.Text();
  task.retry_at = row.OptionalTime();
  task.leased_at = row.OptionalTime();
  task.ended_at = row.OptionalTime();
  task.cancel_requested_at = row.OptionalTime();
  return task;
}

database::Array UuidArray(const std::vector<domain::Ulid>& ids) {
  database::Array array;
  array.Reserve(ids.size(), 36);
  for (const domain::Ulid& id : ids) array.AddBare(id.ToUuid());
  return array;
}

void AddUlid(database::Array& array, const domain::Ulid& id) {
  if (id.IsNone()) {
    array.AddNull();
  } else {
    array.AddBare(id.ToUuid());
  }
}

std::string EncodeParameters(const domain::Parameters& parameters) {
  return parameters.empty() ? std::string() : nlohmann::json(parameters).dump();
}

domain::Parameters DecodeParameters(const std::string& json) {
  if (json.empty()) return {};
  const auto parsed = nlohmann::json::parse(json, nullptr, false);
  return parsed.is_object() ? parsed.get<domain::Parameters>() : domain::Parameters();
}

}  // namespace fleet::store
