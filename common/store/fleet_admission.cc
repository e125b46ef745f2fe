#include "common/store/fleet_admission.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/clone_url_rows.h"
#include "common/store/database_clock.h"
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

constexpr Statement kInsertUser{"insert_user", "insert into users (user_name) values ($1) on conflict do nothing"};
constexpr Statement kLockUser{"lock_user", "select user_name from users where user_name = $1 for update"};

// Locks the user's row, and takes one token off the bucket, which holds $2 and fills in a minute. Below zero there was
// none: the caller rolls back, so that a refusal costs nothing, and neither does a replay.
constexpr Statement kTakeToken{"take_token", R"sql(
  insert into users as u (user_name, submit_at, submit_tokens) values ($1, clock_timestamp(), $2::float8 - 1)
  on conflict (user_name) do update set (submit_at, submit_tokens) = (
    select c.now, least($2::float8, coalesce(
      u.submit_tokens + greatest(0, extract(epoch from c.now - u.submit_at)::float8) * $2::float8 / 60, $2::float8)) - 1
    from (select clock_timestamp() as now) c)
  returning ceil(u.submit_tokens * 1000000)::bigint
)sql"};

constexpr Statement kFindRequest{"find_request", R"sql(
  select fleet_id, request_fingerprint from fleets where creator = $1 and request_id = $2
)sql"};

constexpr Statement kResolveWorkflow{"resolve_workflow", R"sql(
  select major || '.' || minor || '.' || patch, definition, withdrawn_at is not null from workflows
  where name = $1 and ($2 = '' or major || '.' || minor || '.' || patch = $2)
  order by withdrawn_at is not null, major desc, minor desc, patch desc limit 1
)sql"};

constexpr Statement kFindUnregistered{"find_unregistered", R"sql(
  select k.n, count(*) over () from unnest($1::text[]) with ordinality as k(repo_key, n)
  where not exists (select from repositories r where r.repo_key = k.repo_key)
  order by k.n limit 20
)sql"};

// The names as registered, chunked on the server: 100,000 names need not travel back and forth.
constexpr Statement kInsertTargets{"insert_targets", R"sql(
  insert into fleet_targets (fleet_id, chunk, first_ordinal, repos, parameters)
  select $1, $5::int + (k.n - 1) / $2, $6::int + min(k.n), array_agg(r.repo order by k.n),
    case when count(k.parameters) > 0 then array_agg(k.parameters order by k.n) end
  from unnest($3::text[], $4::text[]) with ordinality as k(repo_key, parameters, n)
  join repositories r on r.repo_key = k.repo_key
  group by (k.n - 1) / $2
  returning cardinality(repos)
)sql"};

// The row of the system's limit is held while fleets are counted: counting first lets concurrent callers through.
constexpr Statement kLockOpenLimit{"lock_open_limit",
                                   "select value from limits where name = 'open_fleets_system' for update"};

// With the user's limit as it is now: the submission may have waited for others since it read the limits.
constexpr Statement kCountOpen{"count_open", R"sql(
  select count(*), count(*) filter (where creator = $1), coalesce(
    (select value from limit_overrides where name = 'open_fleets_user' and scope = $1),
    (select value from limits where name = 'open_fleets_user'))
  from fleets where ended_at is null
)sql"};

constexpr Statement kInsertFleet{"insert_fleet", R"sql(
  insert into fleets (fleet_id, creator, request_id, request_fingerprint, pool, max_concurrency, task_timeout_ms,
    max_tries, has_parameters, state, total, revision, priority, deadline, open_targets,
    traceparent)
  values ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, 1, $10, 1, $11, )sql" FLEET_TIMESTAMP(
                                                     "$12::bigint") R"sql(, $13, $14)
)sql"};

constexpr Statement kInsertIntent{"insert_intent", R"sql(
  insert into fleet_intents (fleet_id, workflow_ref, workflow_name, workflow_version, task_description, parameters,
    replace_branch, branch)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
)sql"};

constexpr Statement kInsertFirstChange{"insert_first_change",
                                       "insert into fleet_changes (fleet_id, revision) values ($1, 1)"};

constexpr std::size_t kMostViolations = 20;

absl::Status UnregisteredError(const std::vector<NewTarget>& targets, const Rows& rows) {
  ErrorInfo info;
  info.reason = "REPO_NOT_ONBOARDED";
  int64_t count = 0;
  std::string first;
  for (RowReader row : rows) {
    const auto index = static_cast<std::size_t>(row.BigInt() - 1);
    count = row.BigInt();
    const std::string& repo = targets[index].repo;
    if (first.empty()) first = repo;
    info.violations.push_back({absl::StrCat("targets[", index, "].repo"), absl::StrCat(repo, " is not registered")});
  }
  info.metadata["count"] = absl::StrCat(count);
  info.metadata["first_repo"] = first;
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   absl::StrCat(count, count == 1 ? " repository is" : " repositories are", " not registered, first ",
                                first, "; import them first"),
                   std::move(info));
}

// The branch of a fleet has one name everywhere: two children in one repository would replace each other's commits.
absl::Status SharedUrlError(const std::vector<NewTarget>& targets, const std::vector<SharedCloneUrl>& shared) {
  ErrorInfo info;
  info.reason = "DUPLICATE_CLONE_URL";
  for (const SharedCloneUrl& url : shared) {
    if (info.violations.size() == kMostViolations) break;
    info.violations.push_back(
        {absl::StrCat("targets[", url.index, "].repo"),
         absl::StrCat(targets[url.index].repo, " has the same clone URL as ", targets[url.first].repo)});
  }
  const std::string& repo = targets[shared[0].index].repo;
  const std::string& first = targets[shared[0].first].repo;
  info.metadata = {{"count", absl::StrCat(shared.size())}, {"first_repo", first}, {"duplicate_repo", repo}};
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(repo, " and ", first, " are names of one repository, by their clone URLs",
                                shared.size() > 1 ? absl::StrCat(", and so are ", shared.size() - 1, " more") : "",
                                "; leave one out, or import the right URL"),
                   std::move(info));
}

// A limit that was reached by whom it is for: a user, or all.
struct Reached {
  const char* reason;
  const char* limit;
  int64_t value;
  std::string subject;
  std::string remedy;
  absl::Duration retry_after = absl::ZeroDuration();
};

std::string Subject(const std::string& user) { return absl::StrCat("user:", user); }

absl::Status Refuse(const Reached& reached) {
  const std::string fact = absl::StrCat("limit ", reached.limit, " is ", reached.value);
  ErrorInfo info;
  info.reason = reached.reason;
  info.metadata = {{"limit", reached.limit}, {"value", absl::StrCat(reached.value)}, {"scope", reached.subject}};
  info.retry_after = reached.retry_after;
  info.quota_violations = {{reached.subject, fact}};
  return MakeError(absl::StatusCode::kResourceExhausted, absl::StrCat(fact, ": ", reached.remedy), std::move(info));
}

// By the database's clock, which ends the fleet too.
absl::Status CheckDeadline(Transaction& transaction, const NewFleet& fleet) {
  if (!fleet.policy.deadline.has_value()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const absl::Time now, ReadClock(transaction));
  if (*fleet.policy.deadline > now) return absl::OkStatus();
  return InvalidField("policy.deadline", "has passed already");
}

// What is left in the user's bucket without this submission's token, in millionths; below zero there was none. Locks
// the user.
absl::StatusOr<int64_t> TakeToken(Transaction& transaction, const std::string& user, const domain::Limits& limits) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kTakeToken, {user, limits.SubmitRateOf(user)}));
  return rows[0].BigInt();
}

absl::Status CheckToken(int64_t left, const std::string& user, const domain::Limits& limits) {
  if (left >= 0) return absl::OkStatus();
  const int32_t rate = limits.SubmitRateOf(user);
  Reached reached{"SUBMIT_RATE_LIMIT", "submit_rate_user", rate, Subject(user), "have the limit raised"};
  if (rate > 0) {
    reached.remedy = "it is for a minute: wait, or have the limit raised";
    reached.retry_after = absl::Microseconds(-left * 60 / rate) + absl::Milliseconds(1);
  }
  return Refuse(reached);
}

// `also`: fleets to be open besides those that the transaction sees.
absl::Status CheckOpenFleets(Transaction& transaction, const std::string& creator, int64_t also = 0) {
  FLEET_ASSIGN_OR_RETURN(const Rows limit, transaction.Execute(kLockOpenLimit));
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kCountOpen, {creator}));
  RowReader row = rows[0];
  const int64_t system = row.BigInt() + also;
  const int64_t user = row.BigInt() + also;
  const int64_t user_limit = row.BigInt();
  const int64_t system_limit = limit[0].BigInt();
  const bool user_full = user > user_limit;
  if (!user_full && system <= system_limit) return absl::OkStatus();
  return Refuse({"OPEN_FLEETS_LIMIT", user_full ? "open_fleets_user" : "open_fleets_system",
                 user_full ? user_limit : system_limit, user_full ? Subject(creator) : "system",
                 "wait for a fleet to end, or have the limit raised", absl::Seconds(30)});
}

// The earlier submission with this request_id, if there is one.
absl::StatusOr<std::optional<Admitted>> FindReplayed(Transaction& transaction, const domain::Caller& caller,
                                                     const NewFleet& fleet) {
  if (fleet.request_id.empty()) return std::nullopt;
  FLEET_ASSIGN_OR_RETURN(const Rows earlier, transaction.Execute(kFindRequest, {caller.user, fleet.request_id}));
  if (earlier.empty()) return std::nullopt;
  RowReader row = earlier[0];
  const domain::Ulid id = ReadUlid(row);
  if (row.Text() == fleet.request_fingerprint) return Admitted{id, true};
  return MakeError(absl::StatusCode::kAlreadyExists,
                   absl::StrCat("request_id ", fleet.request_id, " was used with another payload, for fleet ",
                                id.ToString(), ": choose a new one, or send the same payload"),
                   {"REQUEST_ID_REUSED",
                    {{"request_id", fleet.request_id}, {"fleet_id", id.ToString()}},
                    {{"request_id", "was used with another payload"}}});
}

std::string PoolOf(const NewFleet& fleet, const WorkflowTerms& terms) {
  if (!fleet.pool.empty()) return fleet.pool;
  return terms.pool.empty() ? domain::kDefaultPool : terms.pool;
}

absl::Status InsertFleet(Transaction& transaction, const domain::Caller& caller, const NewFleet& fleet,
                         const std::string& pool, int32_t cap, bool has_parameters) {
  const domain::FleetPolicy& policy = fleet.policy;
  return transaction
      .Execute(kInsertFleet, {fleet.id.ToUuid(), caller.user, fleet.request_id, fleet.request_fingerprint, pool, cap,
                              absl::ToInt64Milliseconds(policy.task_timeout), policy.max_tries, has_parameters,
                              static_cast<int>(fleet.targets.size()), policy.priority, policy.deadline,
                              fleet.open_targets, fleet.traceparent})
      .status();
}

}  // namespace

absl::Status CheckTargetCount(int64_t count, const domain::Limits& limits) {
  if (count <= limits.targets_per_fleet) return absl::OkStatus();
  return Refuse({"TARGETS_LIMIT", "targets_per_fleet", limits.targets_per_fleet, "system",
                 absl::StrCat("the fleet has ", count, " repositories; split it, or have the limit raised")});
}

absl::StatusOr<bool> InsertTargets(Transaction& transaction, const domain::Ulid& fleet_id,
                                   const std::vector<NewTarget>& targets, const TargetPlace& place) {
  Array keys;
  Array parameters;
  bool has_parameters = false;
  for (const NewTarget& target : targets) {
    keys.AddText(domain::RepoKey(target.repo));
    if (target.parameters.empty()) {
      parameters.AddNull();
    } else {
      parameters.AddText(target.parameters);
      has_parameters = true;
    }
  }
  FLEET_ASSIGN_OR_RETURN(const std::vector<SharedCloneUrl> shared, FindSharedCloneUrls(transaction, keys));
  if (!shared.empty()) return SharedUrlError(targets, shared);
  FLEET_ASSIGN_OR_RETURN(const Rows chunks,
                         transaction.Execute(kInsertTargets, {fleet_id.ToUuid(), kTargetChunk, keys, parameters,
                                                              place.chunk, place.after}));
  std::size_t registered = 0;
  for (RowReader chunk : chunks) registered += static_cast<std::size_t>(chunk.Int());
  if (registered == targets.size()) return has_parameters;
  // Which ones are missing is only looked for when some are: then everything is rolled back.
  FLEET_ASSIGN_OR_RETURN(const Rows unregistered, transaction.Execute(kFindUnregistered, {keys}));
  return UnregisteredError(targets, unregistered);
}

absl::Status LockUser(Transaction& transaction, const std::string& user) {
  FLEET_RETURN_IF_ERROR(transaction.Execute(kInsertUser, {user}).status());
  return transaction.Execute(kLockUser, {user}).status();
}

absl::StatusOr<ResolvedWorkflow> ResolveWorkflow(Transaction& transaction, const domain::WorkflowRef& workflow) {
  FLEET_ASSIGN_OR_RETURN(const Rows versions, transaction.Execute(kResolveWorkflow, {workflow.name, workflow.version}));
  if (!versions.empty()) {
    RowReader row = versions[0];
    ResolvedWorkflow resolved;
    resolved.version = row.Text();
    resolved.definition = row.Text();
    if (!row.Bool()) return resolved;
    const std::string ref = absl::StrCat(workflow.name, "@", resolved.version);
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     absl::StrCat("workflow ", ref, " was withdrawn: no new fleet can have it"),
                     {"WORKFLOW_WITHDRAWN", {{"workflow_ref", ref}}, {{"workflow_ref", "was withdrawn"}}});
  }
  return MakeError(absl::StatusCode::kInvalidArgument, absl::StrCat("there is no workflow ", workflow.ToString()),
                   {"WORKFLOW_NOT_FOUND",
                    {{"workflow_ref", workflow.ToString()}},
                    {{"workflow_ref", "no such workflow was applied"}}});
}

absl::Status AdmitRetry(Transaction& transaction, const std::string& creator, bool is_reopened) {
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  FLEET_ASSIGN_OR_RETURN(const int64_t left, TakeToken(transaction, creator, limits));
  FLEET_RETURN_IF_ERROR(CheckToken(left, creator, limits));
  return is_reopened ? CheckOpenFleets(transaction, creator, 1) : absl::OkStatus();
}

absl::StatusOr<Admitted> Admit(Transaction& transaction, const domain::Caller& caller, const NewFleet& fleet) {
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  FLEET_ASSIGN_OR_RETURN(const int64_t tokens_left, TakeToken(transaction, caller.user, limits));
  FLEET_ASSIGN_OR_RETURN(const std::optional<Admitted> replayed, FindReplayed(transaction, caller, fleet));
  if (replayed.has_value()) {
    transaction.RollBackInstead();
    return *replayed;
  }
  FLEET_RETURN_IF_ERROR(CheckTargetCount(static_cast<int64_t>(fleet.targets.size()), limits));
  FLEET_RETURN_IF_ERROR(CheckDeadline(transaction, fleet));
  FLEET_ASSIGN_OR_RETURN(const ResolvedWorkflow workflow, ResolveWorkflow(transaction, fleet.workflow));
  WorkflowTerms terms;
  if (fleet.accept != nullptr) {
    FLEET_ASSIGN_OR_RETURN(terms, fleet.accept(workflow.definition));
  }
  FLEET_RETURN_IF_ERROR(CheckToken(tokens_left, caller.user, limits));
  FLEET_ASSIGN_OR_RETURN(const bool has_parameters, InsertTargets(transaction, fleet.id, fleet.targets, {}));
  const int32_t cap =
      fleet.policy.max_concurrency > 0 ? fleet.policy.max_concurrency : std::max(1, limits.fleet_active_default);
  FLEET_RETURN_IF_ERROR(InsertFleet(transaction, caller, fleet, PoolOf(fleet, terms), cap, has_parameters));
  FLEET_RETURN_IF_ERROR(
      transaction
          .Execute(kInsertIntent,
                   {fleet.id.ToUuid(), fleet.workflow.ToString(), fleet.workflow.name, workflow.version,
                    fleet.task_description, EncodeParameters(fleet.parameters), fleet.replace_branch, fleet.branch})
          .status());
  FLEET_RETURN_IF_ERROR(transaction.Execute(kInsertFirstChange, {fleet.id.ToUuid()}).status());
  // An open fleet is expanded from its seal on.
  FLEET_RETURN_IF_ERROR(fleet.open_targets
                            ? InsertJob(transaction, fleet.id, JobKind::kSealDeadline, domain::kSealWithin)
                            : InsertJob(transaction, fleet.id, JobKind::kExpand, absl::ZeroDuration()));
  if (fleet.policy.deadline.has_value()) {
    FLEET_RETURN_IF_ERROR(ScheduleJob(transaction, fleet.id, JobKind::kDeadline, *fleet.policy.deadline));
  }
  // Last, since all other submissions wait from here to the commit; this fleet is counted with them.
  FLEET_RETURN_IF_ERROR(CheckOpenFleets(transaction, caller.user));
  return Admitted{fleet.id, false};
}

}  // namespace fleet::store
