#include "common/store/trace_rows.h"

#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

constexpr database::Statement kInsertTraces{"insert_traces", R"sql(
  insert into fleet_traces (fleet_id, generation, state, began_at, ended_at)
  select f.fleet_id, f.generation, f.state, coalesce(g.created_at, f.created_at), f.ended_at
  from fleets f
  left join fleet_generations g on g.fleet_id = f.fleet_id and g.generation = f.generation
  where f.fleet_id = any($1::uuid[]) and f.ended_at is not null
  on conflict do nothing
)sql"};

}  // namespace

absl::Status InsertTraces(database::Transaction& transaction, const std::vector<domain::Ulid>& fleet_ids) {
  return transaction.Execute(kInsertTraces, {UuidArray(fleet_ids)}).status();
}

}  // namespace fleet::store
