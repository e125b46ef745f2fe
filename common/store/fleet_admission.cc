#include "common/store/fleet_admission.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/job_rows.h"
#include "common/store/limits.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kInsertUser{"insert_user", "insert into users (user_name) values ($1) on conflict do nothing"};
constexpr Statement kLockUser{"lock_user", "select user_name from users where user_name = $1 for update"};

constexpr Statement kFindRequest{"find_request", R"sql(
  select fleet_id, request_fingerprint from fleets where creator = $1 and request_id = $2
)sql"};

constexpr Statement kResolveWorkflow{"resolve_workflow", R"sql(
  select major || '.' || minor || '.' || patch from workflows
  where name = $1 and ($2 = '' or major || '.' || minor || '.' || patch = $2)
  order by major desc, minor desc, patch desc limit 1
)sql"};

constexpr Statement kFindUnregistered{"find_unregistered", R"sql(
  select k.n, count(*) over () from unnest($1::text[]) with ordinality as k(repo_key, n)
  where not exists (select from repositories r where r.repo_key = k.repo_key)
  order by k.n limit 20
)sql"};

// The names as registered, chunked on the server: 100,000 names need not travel back and forth.
constexpr Statement kInsertTargets{"insert_targets", R"sql(
  insert into fleet_targets (fleet_id, chunk, first_ordinal, repos, parameters)
  select $1, (k.n - 1) / $2, min(k.n), array_agg(r.repo order by k.n),
    case when count(k.parameters) > 0 then array_agg(k.parameters order by k.n) end
  from unnest($3::text[], $4::text[]) with ordinality as k(repo_key, parameters, n)
  join repositories r on r.repo_key = k.repo_key
  group by (k.n - 1) / $2
  returning cardinality(repos)
)sql"};

// The row of the system's limit is held while fleets are counted: counting first lets concurrent callers through.
constexpr Statement kLockOpenLimit{"lock_open_limit",
                                   "select value from limits where name = 'open_fleets_system' for update"};

constexpr Statement kCountOpen{"count_open", R"sql(
  select count(*), count(*) filter (where creator = $1) from fleets where ended_at is null
)sql"};

constexpr Statement kInsertFleet{"insert_fleet", R"sql(
  insert into fleets (fleet_id, creator, request_id, request_fingerprint, pool, max_concurrency, task_timeout_ms,
    max_tries, has_parameters, state, total, revision)
  values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, 1, $10, 1)
)sql"};

constexpr Statement kInsertIntent{"insert_intent", R"sql(
  insert into fleet_intents (fleet_id, workflow_ref, workflow_name, workflow_version, task_description, parameters)
  values ($1, $2, $3, $4, $5, $6)
)sql"};

constexpr Statement kInsertFirstChange{"insert_first_change",
                                       "insert into fleet_changes (fleet_id, revision) values ($1, 1)"};

absl::Status UnregisteredError(const NewFleet& fleet, const Rows& rows) {
  ErrorInfo info;
  info.reason = "REPO_NOT_ONBOARDED";
  int64_t count = 0;
  std::string first;
  for (RowReader row : rows) {
    const auto index = static_cast<std::size_t>(row.BigInt() - 1);
    count = row.BigInt();
    const std::string& repo = fleet.targets[index].repo;
    if (first.empty()) first = repo;
    info.violations.push_back({absl::StrCat("targets[", index, "].repo"), absl::StrCat(repo, " is not registered")});
  }
  info.metadata["count"] = absl::StrCat(count);
  info.metadata["first_repo"] = first;
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(count, count == 1 ? " repository is" : " repositories are", " not registered, first ",
                                first, "; import them first (fleetctl repo import)"),
                   std::move(info));
}

absl::Status CheckOpenFleets(Transaction& transaction, const std::string& creator, const domain::Limits& limits) {
  FLEET_RETURN_IF_ERROR(transaction.Execute(kLockOpenLimit).status());
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kCountOpen, {creator}));
  RowReader row = rows[0];
  const int64_t system = row.BigInt();
  const int64_t user = row.BigInt();
  const bool user_full = user >= limits.open_fleets_user;
  if (!user_full && system < limits.open_fleets_system) return absl::OkStatus();
  const char* limit = user_full ? "open_fleets_user" : "open_fleets_system";
  const int64_t value = user_full ? limits.open_fleets_user : limits.open_fleets_system;
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("limit ", limit, " is ", value, ": wait for a fleet to end, or have the limit raised"),
                   {"OPEN_FLEETS_LIMIT", {{"limit", limit}, {"value", absl::StrCat(value)}}, {}, absl::Seconds(30)});
}

}  // namespace

absl::StatusOr<Admitted> Admit(Transaction& transaction, const NewFleet& fleet) {
  FLEET_RETURN_IF_ERROR(transaction.Execute(kInsertUser, {fleet.creator}).status());
  FLEET_RETURN_IF_ERROR(transaction.Execute(kLockUser, {fleet.creator}).status());
  if (!fleet.request_id.empty()) {
    FLEET_ASSIGN_OR_RETURN(const Rows earlier, transaction.Execute(kFindRequest, {fleet.creator, fleet.request_id}));
    if (!earlier.empty()) {
      RowReader row = earlier[0];
      const domain::Ulid id = ReadUlid(row);
      if (row.Text() != fleet.request_fingerprint) {
        return MakeError(absl::StatusCode::kAlreadyExists,
                         absl::StrCat("request_id ", fleet.request_id, " was used with another payload, for fleet ",
                                      id.ToString(), ": choose a new one, or send the same payload"),
                         {"REQUEST_ID_REUSED",
                          {{"request_id", fleet.request_id}, {"fleet_id", id.ToString()}},
                          {{"request_id", "was used with another payload"}}});
      }
      transaction.RollBackInstead();
      return Admitted{id, true};
    }
  }
  FLEET_ASSIGN_OR_RETURN(const Rows versions,
                         transaction.Execute(kResolveWorkflow, {fleet.workflow.name, fleet.workflow.version}));
  if (versions.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument,
                     absl::StrCat("there is no workflow ", fleet.workflow.ToString(), " (fleetctl workflow list)"),
                     {"WORKFLOW_NOT_FOUND",
                      {{"workflow_ref", fleet.workflow.ToString()}},
                      {{"workflow_ref", "no such workflow was applied"}}});
  }
  Array keys;
  Array parameters;
  bool has_parameters = false;
  for (const NewTarget& target : fleet.targets) {
    keys.AddText(domain::RepoKey(target.repo));
    if (target.parameters.empty()) {
      parameters.AddNull();
    } else {
      parameters.AddText(target.parameters);
      has_parameters = true;
    }
  }
  const std::string id = fleet.id.ToUuid();
  FLEET_ASSIGN_OR_RETURN(const Rows chunks, transaction.Execute(kInsertTargets, {id, kTargetChunk, keys, parameters}));
  std::size_t registered = 0;
  for (RowReader chunk : chunks) registered += static_cast<std::size_t>(chunk.Int());
  // Which ones are missing is only looked for when some are: then everything is rolled back.
  if (registered != fleet.targets.size()) {
    FLEET_ASSIGN_OR_RETURN(const Rows unregistered, transaction.Execute(kFindUnregistered, {keys}));
    return UnregisteredError(fleet, unregistered);
  }
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  FLEET_RETURN_IF_ERROR(CheckOpenFleets(transaction, fleet.creator, limits));
  const int32_t cap =
      fleet.policy.max_concurrency > 0 ? fleet.policy.max_concurrency : std::max(1, limits.fleet_active_default);
  FLEET_RETURN_IF_ERROR(
      transaction
          .Execute(kInsertFleet, {id, fleet.creator, fleet.request_id, fleet.request_fingerprint, fleet.pool, cap,
                                  absl::ToInt64Milliseconds(fleet.policy.task_timeout), fleet.policy.max_tries,
                                  has_parameters, static_cast<int>(fleet.targets.size())})
          .status());
  FLEET_RETURN_IF_ERROR(
      transaction
          .Execute(kInsertIntent, {id, fleet.workflow.ToString(), fleet.workflow.name, versions[0].Text(),
                                   fleet.task_description, EncodeParameters(fleet.parameters)})
          .status());
  FLEET_RETURN_IF_ERROR(transaction.Execute(kInsertFirstChange, {id}).status());
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, fleet.id, JobKind::kExpand, absl::ZeroDuration()));
  return Admitted{fleet.id, false};
}

}  // namespace fleet::store
