#include "common/store/fleet_store.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/enumerator_names.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/audit_rows.h"
#include "common/store/fleet_columns.h"
#include "common/store/fleet_intent_columns.h"
#include "common/store/fleet_ledger.h"
#include "common/store/job_rows.h"
#include "common/store/limit_rows.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

// The generation in force.
#define FLEET_JOIN_GENERATION \
  " left join fleet_generations g on g.fleet_id = f.fleet_id and g.generation = f.generation "

// A statement that selects what ReadRecord reads; `rest` is all after that.
class SelectFleets {
 public:
  SelectFleets(const char* name, const char* rest, const char* intent_columns = FLEET_INTENT_COLUMNS)
      : sql_(absl::StrCat("select ", intent_columns, ", ", FleetSelectList(), rest)), statement_{name, sql_.c_str()} {}
  const Statement& statement() const { return statement_; }

 private:
  const std::string sql_;
  const Statement statement_;
};

const Statement& GetFleet() {
  static const SelectFleets kSelect("get_fleet",
                                    " from fleets f join fleet_intents i on i.fleet_id = f.fleet_id"  //
                                    FLEET_JOIN_GENERATION " where f.fleet_id = $1");
  return kSelect.statement();
}

const Statement& GetFleets() {
  static const SelectFleets kSelect("get_fleets",
                                    " from unnest($1::uuid[]) as k(fleet_id) join fleets f on f.fleet_id = k.fleet_id"
                                    " join fleet_intents i on i.fleet_id = f.fleet_id" FLEET_JOIN_GENERATION,
                                    // domain::kMaxWatchedIntent
                                    FLEET_INTENT_COLUMNS_WHERE(FLEET_INTENT_BYTES " <= 8192"));
  return kSelect.statement();
}

// Looks at no more than the next 5,000 fleets, so that a rare state does not scan them all. Of the $4 fleets found it
// gives those that follow less than $5 bytes of texts.
const Statement& ListFleets() {
  static const SelectFleets kSelect("list_fleets", R"sql(, p.found
  from (
    select c.fleet_id, sum(c.text_bytes) over (order by c.fleet_id desc) - c.text_bytes as bytes_before,
      (count(*) over ())::int as found
    from (
      select f.fleet_id, )sql" FLEET_INTENT_BYTES R"sql( as text_bytes
      from (select fleet_id, state, generation from fleets
            where ($1::uuid is null or fleet_id < $1) and ($2 = '' or creator = $2)
            order by fleet_id desc limit 5000) f
      join fleet_intents i on i.fleet_id = f.fleet_id
      )sql" FLEET_JOIN_GENERATION R"sql(
      where cardinality($3::smallint[]) = 0 or f.state = any($3::smallint[])
      order by f.fleet_id desc limit $4) c) p
  join fleets f on f.fleet_id = p.fleet_id
  join fleet_intents i on i.fleet_id = f.fleet_id
  )sql" FLEET_JOIN_GENERATION R"sql(
  where p.bytes_before < $5
  order by f.fleet_id desc
)sql");
  return kSelect.statement();
}

constexpr Statement kWindowEnd{"list_fleets_window_end", R"sql(
  select fleet_id from (select fleet_id from fleets where ($1::uuid is null or fleet_id < $1) and ($2 = '' or creator = $2)
    order by fleet_id desc limit 5000) f order by fleet_id limit 1
)sql"};

constexpr Statement kReadUsage{"read_usage", "select " FLEET_MICROS("clock_timestamp()") R"sql(,
    u.creator, u.pool, u.active, r.runners, r.slots
  from (select creator, pool, sum(submitted + hydrating + running + awaiting_approval + finalizing) as active
        from fleets where ended_at is null group by creator, pool) u
  full join (select pool, count(*) as runners, sum(slots) as slots from runners where state = 1 group by pool) r
    on r.pool = u.pool
)sql"};

FleetRecord ReadRecord(RowReader& row) {
  FleetRecord record;
  record.intent = ReadIntent(row);
  record.fleet = ReadFleet(row);
  return record;
}

// What fleets share with one another.
struct SharedUsage {
  domain::Limits limits;
  Rows rows;
};

absl::StatusOr<SharedUsage> ReadUsage(Transaction& transaction) {
  FLEET_ASSIGN_OR_RETURN(domain::Limits limits, ReadLimits(transaction));
  FLEET_ASSIGN_OR_RETURN(Rows rows, transaction.Execute(kReadUsage));
  return SharedUsage{std::move(limits), std::move(rows)};
}

void AddUsage(const SharedUsage& shared, std::vector<FleetRecord>& records) {
  for (FleetRecord& record : records) {
    domain::Usage& usage = record.usage;
    usage.limits = shared.limits;
    for (RowReader row : shared.rows) {
      usage.now = row.Time();
      const std::string creator = row.Text();
      const std::string pool = row.Text();
      const int32_t active = row.Int();
      const int32_t runners = row.Int();
      const int32_t slots = row.Int();
      usage.system_active += active;
      if (creator == record.fleet.creator) usage.user_active += active;
      if (pool != record.fleet.pool) continue;
      usage.pool_active += active;
      usage.pool_runners = runners;
      usage.pool_slots = slots;
    }
  }
}

absl::Status AddUsage(Transaction& transaction, std::vector<FleetRecord>& records) {
  FLEET_ASSIGN_OR_RETURN(const SharedUsage shared, ReadUsage(transaction));
  AddUsage(shared, records);
  return absl::OkStatus();
}

using Facts = std::map<std::string, std::string>;

Facts CancelFacts(const domain::Fleet& fleet) {
  const bool cancelled = fleet.cancel_mode != domain::CancelMode::kNone;
  const char* mode = fleet.cancel_mode == domain::CancelMode::kStop ? "STOP" : "DRAIN";
  return {{"state", std::string(domain::NameOf(fleet.state))}, {"mode", cancelled ? mode : "none"}};
}

// domain::kMaxGenerationIntents
#define FLEET_NEWEST_INTENTS "sum(" FLEET_INTENT_BYTES ") over (order by k.generation desc) <= 1048576"

// The first one has no row of its own.
constexpr Statement kReadAllGenerations{"read_all_generations", R"sql(
  select k.generation, coalesce(g.created_by, f.creator), )sql" FLEET_MICROS(
                                                                    "coalesce(g.created_at, f.created_at)") R"sql(,
    coalesce(g.retried, 0), )sql" FLEET_INTENT_COLUMNS_WHERE(FLEET_NEWEST_INTENTS) R"sql(
  from fleets f
  join fleet_intents i on i.fleet_id = f.fleet_id
  cross join generate_series(greatest(1, f.generation - 99), f.generation) as k(generation)
  left join fleet_generations g on g.fleet_id = f.fleet_id and g.generation = k.generation
  where f.fleet_id = $1 order by k.generation
)sql"};

static_assert(domain::kMaxWatchedIntent == 8192);
static_assert(domain::kMaxGenerationIntents == 1048576);

}  // namespace

absl::Status FleetNotFound(const domain::Ulid& fleet_id) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("there is no fleet ", fleet_id.ToString()),
                   {"FLEET_NOT_FOUND", {{"fleet_id", fleet_id.ToString()}}, {}});
}

absl::StatusOr<std::map<domain::Ulid, FleetRecord>> ReadFleetRecords(database::ConnectionPool& pool,
                                                                     const std::vector<domain::Ulid>& fleet_ids) {
  using Records = std::map<domain::Ulid, FleetRecord>;
  return database::InTransaction(
      pool,
      [&](Transaction& transaction) -> absl::StatusOr<Records> {
        FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(GetFleets(), {UuidArray(fleet_ids)}));
        std::vector<FleetRecord> records;
        for (RowReader row : rows) records.push_back(ReadRecord(row));
        FLEET_RETURN_IF_ERROR(AddUsage(transaction, records));
        Records by_id;
        for (FleetRecord& record : records) by_id[record.fleet.id] = std::move(record);
        return by_id;
      },
      Transaction::Isolation::kSnapshot);
}

absl::StatusOr<FleetStore::Created> FleetStore::Create(const domain::Caller& caller, const NewFleet& fleet) {
  FLEET_ASSIGN_OR_RETURN(const Admitted admitted, database::InTransaction(pool_, [&](Transaction& transaction) {
                           return Admit(transaction, caller, fleet);
                         }));
  // Not within the transaction: other submissions wait for its end.
  FLEET_ASSIGN_OR_RETURN(FleetRecord record, Get(caller, admitted.fleet_id));
  return Created{std::move(record), admitted.replayed};
}

absl::StatusOr<FleetStore::Created> FleetStore::AddTargets(const domain::Caller& caller, const NewPart& part) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<Created> {
    FLEET_ASSIGN_OR_RETURN(const bool came_before, AddPart(transaction, caller, part));
    FLEET_ASSIGN_OR_RETURN(FleetRecord record, GetFleetRecord(transaction, part.fleet_id));
    return Created{std::move(record), came_before};
  });
}

absl::StatusOr<FleetRecord> FleetStore::Seal(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                             std::optional<int32_t> total) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<FleetRecord> {
    FLEET_RETURN_IF_ERROR(SealTargets(transaction, caller, fleet_id, total));
    return GetFleetRecord(transaction, fleet_id);
  });
}

absl::StatusOr<FleetRecord> GetFleetRecord(Transaction& transaction, const domain::Ulid& fleet_id) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(GetFleet(), {fleet_id.ToUuid()}));
  if (rows.empty()) return FleetNotFound(fleet_id);
  RowReader row = rows[0];
  std::vector<FleetRecord> records = {ReadRecord(row)};
  FLEET_RETURN_IF_ERROR(AddUsage(transaction, records));
  return std::move(records[0]);
}

absl::StatusOr<FleetRecord> FleetStore::Get(const domain::Caller&, const domain::Ulid& fleet_id) {
  return database::InTransaction(
      pool_, [&](Transaction& transaction) { return GetFleetRecord(transaction, fleet_id); },
      Transaction::Isolation::kSnapshot);
}

absl::StatusOr<std::vector<GenerationRecord>> FleetStore::Generations(const domain::Caller&,
                                                                      const domain::Ulid& fleet_id) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, database::InTransaction(pool_, [&](Transaction& transaction) {
                           transaction.RollBackInstead();
                           return transaction.Execute(kReadAllGenerations, {fleet_id.ToUuid()});
                         }));
  std::vector<GenerationRecord> generations;
  for (RowReader row : rows) {
    GenerationRecord& generation = generations.emplace_back();
    generation.generation = row.Int();
    generation.created_by = row.Text();
    generation.created_at = row.Time();
    generation.retried = row.Int();
    generation.intent = ReadIntent(row);
  }
  return generations;
}

absl::StatusOr<FleetPage> FleetStore::List(const domain::Caller&, const FleetFilter& filter) {
  struct Listed {
    Rows fleets;
    SharedUsage usage;
    std::optional<Rows> window_end;
  };
  FLEET_ASSIGN_OR_RETURN(
      const Listed listed,
      database::InTransaction(
          pool_,
          [&](Transaction& transaction) -> absl::StatusOr<Listed> {
            const database::Value before =
                filter.before.IsNone() ? database::Value::Null() : database::Value(filter.before.ToUuid());
            Array states;
            for (const domain::FleetState state : filter.states) states.Add(static_cast<int64_t>(state));
            FLEET_ASSIGN_OR_RETURN(Rows fleets,
                                   transaction.Execute(ListFleets(), {before, filter.creator, states, filter.limit,
                                                                      static_cast<int64_t>(domain::kMaxPageBytes)}));
            FLEET_ASSIGN_OR_RETURN(SharedUsage usage, ReadUsage(transaction));
            Listed answers{std::move(fleets), std::move(usage), std::nullopt};
            if (!filter.states.empty() && static_cast<int32_t>(answers.fleets.size()) < filter.limit) {
              FLEET_ASSIGN_OR_RETURN(answers.window_end, transaction.Execute(kWindowEnd, {before, filter.creator}));
            }
            return answers;
          },
          Transaction::Isolation::kSnapshot));
  // Not within the transaction: texts of megabytes take their time, and PostgreSQL ends a session that leaves one idle.
  FleetPage page;
  int32_t found = 0;
  for (RowReader row : listed.fleets) {
    page.fleets.push_back(ReadRecord(row));
    found = row.Int();
  }
  AddUsage(listed.usage, page.fleets);
  if (found == filter.limit || found > static_cast<int32_t>(page.fleets.size())) {
    page.next_before = page.fleets.back().fleet.id;
  } else if (listed.window_end.has_value() && !listed.window_end->empty()) {
    RowReader row = (*listed.window_end)[0];
    page.next_before = ReadUlid(row);
  }
  return page;
}

absl::StatusOr<FleetRecord> FleetStore::Cancel(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                               domain::CancelMode mode) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<FleetRecord> {
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {fleet_id}));
    domain::Fleet* fleet = ledger.Find(fleet_id);
    if (fleet == nullptr) return FleetNotFound(fleet_id);
    if (domain::IsTerminal(fleet->state) && fleet->state != domain::FleetState::kCancelled) {
      return MakeError(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat("fleet ", fleet_id.ToString(), " has ended already"),
                       {"FLEET_ALREADY_ENDED", {{"fleet_id", fleet_id.ToString()}}, {}});
    }
    const bool first = fleet->cancel_mode == domain::CancelMode::kNone;
    const bool tightens = fleet->cancel_mode == domain::CancelMode::kDrain && mode == domain::CancelMode::kStop;
    if (!domain::IsTerminal(fleet->state) && (first || tightens)) {
      const Facts before = CancelFacts(*fleet);
      fleet->cancel_mode = mode;
      if (first) fleet->cancelled_by = caller.user;
      FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
      FLEET_RETURN_IF_ERROR(
          InsertAudit(transaction, {caller.user, "CancelFleet", fleet_id, "", before, CancelFacts(*fleet)}));
      if (first) FLEET_RETURN_IF_ERROR(InsertJob(transaction, fleet_id, JobKind::kSweep, absl::ZeroDuration()));
      if (mode == domain::CancelMode::kStop) {
        FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
        FLEET_RETURN_IF_ERROR(InsertJob(transaction, fleet_id, JobKind::kEndStragglers, limits.CancelGrace()));
      }
    } else {
      transaction.RollBackInstead();
    }
    return GetFleetRecord(transaction, fleet_id);
  });
}

}  // namespace fleet::store
