#include "common/store/row_codec.h"

#include <algorithm>

#include "nlohmann/json.hpp"

namespace fleet::store {

domain::Ulid ReadUlid(database::RowReader& row) { return domain::Ulid::FromUuid(row.Text()).value_or(domain::Ulid()); }

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
