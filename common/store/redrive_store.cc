#include "common/store/redrive_store.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/domain/enumerator_names.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/audit_rows.h"
#include "common/store/database_clock.h"
#include "common/store/fleet_admission.h"
#include "common/store/fleet_ledger.h"
#include "common/store/job_rows.h"
#include "common/store/retry_selection.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kFindGeneration{"find_generation", R"sql(
  select fleet_id, generation, request_fingerprint from fleet_generations where created_by = $1 and request_id = $2
)sql"};

constexpr Statement kFindReposWithoutChild{"find_repos_without_child", R"sql(
  select k.n, count(*) over () from unnest($2::text[]) with ordinality as k(repo_key, n)
  where not exists (select from repositories r join tasks t on t.repo = r.repo
      where r.repo_key = k.repo_key and t.fleet_id = $1)
    and not exists (select from tasks t where t.fleet_id = $1 and lower(t.repo) = k.repo_key)
  order by k.n limit 20
)sql"};

// What the new generation does not say itself is what the fleet says now.
constexpr Statement kInsertGeneration{"insert_generation", R"sql(
  insert into fleet_generations (fleet_id, generation, created_by, request_id, request_fingerprint, workflow_ref,
    workflow_name, workflow_version, task_description, parameters, states, categories, fingerprints, repo_keys, replace_branch)
  select i.fleet_id, $2, $3, nullif($4, ''), $5,
    coalesce($6, g.workflow_ref, i.workflow_ref), coalesce($7, g.workflow_name, i.workflow_name),
    coalesce($8, g.workflow_version, i.workflow_version),
    coalesce($9, g.task_description, i.task_description), coalesce($10, g.parameters, i.parameters),
    $11, $12, $13, $14, $15
  from fleet_intents i
  left join fleet_generations g on g.fleet_id = i.fleet_id and g.generation = $2 - 1
  where i.fleet_id = $1
)sql"};

constexpr Statement kHasParameters{"has_parameters", "select has_parameters from fleets where fleet_id = $1"};

constexpr Statement kReadParameterNames{"read_parameter_names", R"sql(
  select ordinal, array(select json_object_keys(parameters::json)) from task_parameters
  where fleet_id = $1 and ordinal between $2 and $3
)sql"};

// Read at once.
constexpr int32_t kChildren = 5000;

absl::Status Refusal(const domain::Fleet& fleet, const char* reason, absl::string_view message,
                     absl::Duration retry_after = absl::ZeroDuration()) {
  const std::string id = fleet.id.ToString();
  ErrorInfo info;
  info.reason = reason;
  info.metadata["fleet_id"] = id;
  info.retry_after = retry_after;
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat("fleet ", id, " ", message), std::move(info));
}

// Whether the fleet can be retried at all, as it stands under its lock.
absl::Status CheckRetryable(const domain::Fleet& fleet, const NewGeneration& request, absl::Time now) {
  if (fleet.expansion_failed) {
    return Refusal(fleet, "EXPANSION_FAILED", "could not be expanded: submit it anew");
  }
  if ((domain::IsClosing(fleet) || domain::IsLate(fleet, now)) && !domain::IsTerminal(fleet.state)) {
    return Refusal(fleet, "FLEET_CANCELLING", "is being brought to its end: retry it once it has ended");
  }
  if (fleet.redriving) {
    return Refusal(fleet, "RETRY_IN_PROGRESS", "is being retried already: wait until its children are queued",
                   absl::Seconds(1));
  }
  int32_t candidates = 0;
  for (const domain::TaskState state : request.states) candidates += fleet.rollup.State(state);
  if (candidates == 0) {
    return Refusal(fleet, "NOTHING_TO_RETRY", "has no child in a state that was chosen");
  }
  return absl::OkStatus();
}

absl::Status CheckRepos(Transaction& transaction, const NewGeneration& request) {
  if (request.repos.empty()) return absl::OkStatus();
  Array keys;
  for (const std::string& repo : request.repos) keys.AddText(domain::RepoKey(repo));
  FLEET_ASSIGN_OR_RETURN(const Rows rows,
                         transaction.Execute(kFindReposWithoutChild, {request.fleet_id.ToUuid(), keys}));
  if (rows.empty()) return absl::OkStatus();
  ErrorInfo info;
  info.reason = "INVALID_ARGUMENT";
  int64_t count = 0;
  for (RowReader row : rows) {
    const auto index = static_cast<std::size_t>(row.BigInt() - 1);
    count = row.BigInt();
    info.violations.push_back({absl::StrCat("selection.repos[", index, "]"),
                               absl::StrCat(request.repos[index], " has no child in this fleet")});
  }
  info.metadata["count"] = absl::StrCat(count);
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(count, " of the chosen repositories have no child in this fleet"), std::move(info));
}

RetrySelection SelectionOf(const NewGeneration& request) {
  RetrySelection selection;
  for (const auto state : request.states) selection.states.insert(static_cast<int32_t>(state));
  for (const auto category : request.categories) selection.categories.insert(static_cast<int32_t>(category));
  selection.fingerprints.insert(request.fingerprints.begin(), request.fingerprints.end());
  for (const std::string& repo : request.repos) selection.repo_keys.insert(domain::RepoKey(repo));
  return selection;
}

absl::Status ReadRetriedChildren(Transaction& transaction, const domain::Fleet& fleet, const RetrySelection& selection,
                                 const std::function<void(const RetriedChild&)>& take) {
  for (int32_t first = 1; first <= fleet.rollup.expanded; first += kChildren) {
    const int32_t last = first + kChildren - 1;
    FLEET_ASSIGN_OR_RETURN(const auto chosen, SelectTasks(transaction, fleet.id, selection, first, last));
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadParameterNames, {fleet.id.ToUuid(), first, last}));
    std::map<int32_t, std::vector<std::string>> names;
    for (RowReader row : rows) {
      std::vector<std::string>& own = names[row.Int()];
      for (auto& name : row.TextArray()) own.push_back(name.value_or(""));
    }
    for (const domain::Task& task : chosen) take({task.repo, std::move(names[task.id.ordinal])});
  }
  return absl::OkStatus();
}

absl::Status CheckParameters(Transaction& transaction, const NewGeneration& request, const domain::Fleet& fleet,
                             const domain::FleetIntent& before) {
  if (request.accept == nullptr || (!request.workflow.has_value() && !request.parameters.has_value())) {
    return absl::OkStatus();
  }
  const auto workflow =
      request.workflow.has_value() ? request.workflow : domain::WorkflowRef::Parse(before.resolved_workflow);
  if (!workflow.has_value()) return absl::InternalError("the fleet's workflow is stored unreadably");
  FLEET_ASSIGN_OR_RETURN(const ResolvedWorkflow resolved, ResolveWorkflow(transaction, *workflow));
  FLEET_ASSIGN_OR_RETURN(const Rows own, transaction.Execute(kHasParameters, {request.fleet_id.ToUuid()}));
  ReadRetried read;
  if (!own.empty() && own[0].Bool()) {
    read = [&](const auto& take) { return ReadRetriedChildren(transaction, fleet, SelectionOf(request), take); };
  }
  return request.accept(resolved.definition, request.parameters.value_or(before.parameters), read);
}

absl::Status InsertGeneration(Transaction& transaction, const domain::Caller& caller, const NewGeneration& request,
                              int32_t generation) {
  database::Value ref = database::Value::Null();
  database::Value name = database::Value::Null();
  database::Value version = database::Value::Null();
  if (request.workflow.has_value()) {
    FLEET_ASSIGN_OR_RETURN(const ResolvedWorkflow resolved, ResolveWorkflow(transaction, *request.workflow));
    ref = request.workflow->ToString();
    name = request.workflow->name;
    version = resolved.version;
  }
  database::Value parameters = database::Value::Null();
  if (request.parameters.has_value()) parameters = EncodeParameters(*request.parameters);
  Array states;
  Array categories;
  Array fingerprints;
  Array keys;
  for (const auto state : request.states) states.Add(static_cast<int64_t>(state));
  for (const auto category : request.categories) categories.Add(static_cast<int64_t>(category));
  for (const std::string& fingerprint : request.fingerprints) fingerprints.AddText(fingerprint);
  for (const std::string& repo : request.repos) keys.AddText(domain::RepoKey(repo));
  return transaction
      .Execute(kInsertGeneration, {request.fleet_id.ToUuid(), generation, caller.user, request.request_id,
                                   request.request_fingerprint, ref, name, version, request.task_description,
                                   parameters, states, categories, fingerprints, keys, request.replace_branch})
      .status();
}

// At most this many names of a list are written down; the rest is counted.
constexpr std::size_t kAuditedNames = 20;

template <typename List, typename ToText>
std::string Join(const List& list, const ToText& to_text) {
  std::vector<std::string> texts;
  for (const auto& entry : list) {
    if (texts.size() == kAuditedNames) break;
    texts.emplace_back(to_text(entry));
  }
  std::string joined = absl::StrJoin(texts, ",");
  if (list.size() > texts.size()) absl::StrAppend(&joined, " and ", list.size() - texts.size(), " more");
  return joined;
}

// The new generation: which children, and what is new for them.
std::map<std::string, std::string> ToAudit(const NewGeneration& request, int32_t generation) {
  const auto name = [](auto enumerator) { return domain::NameOf(enumerator); };
  const auto itself = [](const std::string& text) { return text; };
  std::map<std::string, std::string> facts = {{"generation", absl::StrCat(generation)}};
  facts["states"] = Join(request.states, name);
  if (!request.categories.empty()) facts["categories"] = Join(request.categories, name);
  if (!request.fingerprints.empty()) facts["fingerprints"] = Join(request.fingerprints, itself);
  if (!request.repos.empty()) facts["repos"] = Join(request.repos, itself);
  if (request.workflow.has_value()) facts["workflow_ref"] = request.workflow->ToString();
  if (request.task_description.has_value()) facts["task_description"] = "changed";
  if (request.parameters.has_value()) facts["parameters"] = "changed";
  if (request.replace_branch) facts["replace_branch"] = "true";
  return facts;
}

// Opens the fleet for its new generation. A cancel and a deadline that has passed were for those before, whether the
// fleet ended by it or before it; so was the pause of a fleet that has ended.
void Reopen(domain::Fleet& fleet, absl::Time now) {
  if (domain::IsTerminal(fleet.state)) {
    fleet.pause_reasons = 0;
    fleet.paused_by.clear();
  }
  ++fleet.generation;
  fleet.redriving = true;
  fleet.cancel_mode = domain::CancelMode::kNone;
  fleet.cancelled_by.clear();
  if (fleet.expired || domain::IsLate(fleet, now)) fleet.policy.deadline.reset();
  fleet.expired = false;
}

// A deadline's job ends with a step that finds the fleet ended: one that is opened again needs it anew. Nobody moves
// the deadline of an ended fleet, so that what was read before the lock stands.
absl::Status RenewDeadline(Transaction& transaction, const domain::Fleet& ended) {
  FLEET_ASSIGN_OR_RETURN(const absl::Time now, ReadClock(transaction));
  if (!ended.policy.deadline.has_value() || domain::IsLate(ended, now)) {
    return DropJobs(transaction, ended.id, {JobKind::kDeadline});
  }
  return ScheduleJob(transaction, ended.id, JobKind::kDeadline, *ended.policy.deadline);
}

absl::StatusOr<std::optional<FleetStore::Created>> FindReplay(Transaction& transaction, const domain::Caller& caller,
                                                              const NewGeneration& request) {
  if (request.request_id.empty()) return std::nullopt;
  FLEET_ASSIGN_OR_RETURN(const Rows earlier, transaction.Execute(kFindGeneration, {caller.user, request.request_id}));
  if (earlier.empty()) return std::nullopt;
  RowReader row = earlier[0];
  const domain::Ulid fleet_id = ReadUlid(row);
  const int32_t generation = row.Int();
  if (fleet_id != request.fleet_id || row.Text() != request.request_fingerprint) {
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("request_id ", request.request_id, " was used with another payload, for generation ",
                                  generation, " of fleet ", fleet_id.ToString()),
                     {"REQUEST_ID_REUSED",
                      {{"request_id", request.request_id}, {"fleet_id", fleet_id.ToString()}},
                      {{"request_id", "was used with another payload"}}});
  }
  transaction.RollBackInstead();
  FLEET_ASSIGN_OR_RETURN(FleetRecord record, GetFleetRecord(transaction, fleet_id));
  return FleetStore::Created{std::move(record), true};
}

absl::StatusOr<FleetStore::Created> RetryIn(Transaction& transaction, const domain::Caller& caller,
                                            const NewGeneration& request) {
  FLEET_RETURN_IF_ERROR(LockUser(transaction, caller.user));
  FLEET_ASSIGN_OR_RETURN(std::optional<FleetStore::Created> replay, FindReplay(transaction, caller, request));
  if (replay.has_value()) return *std::move(replay);
  FLEET_ASSIGN_OR_RETURN(const FleetRecord seen, GetFleetRecord(transaction, request.fleet_id));
  // An ended fleet counts as one of its creator's again. Users are locked before fleets, so this is decided by the
  // fleet as it was a moment ago, and checked below.
  const bool had_ended = domain::IsTerminal(seen.fleet.state);
  FLEET_RETURN_IF_ERROR(AdmitRetry(transaction, seen.fleet.creator, had_ended));
  FLEET_RETURN_IF_ERROR(
      DropJobs(transaction, request.fleet_id, {JobKind::kSweep, JobKind::kEndStragglers, JobKind::kQueueAge}));
  if (had_ended) FLEET_RETURN_IF_ERROR(RenewDeadline(transaction, seen.fleet));
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {request.fleet_id}));
  domain::Fleet* fleet = ledger.Find(request.fleet_id);
  if (fleet == nullptr) return FleetNotFound(request.fleet_id);
  if (domain::IsTerminal(fleet->state) && !had_ended) {
    return absl::AbortedError("the fleet ended while it was being retried: try again");
  }
  FLEET_ASSIGN_OR_RETURN(const absl::Time now, ReadClock(transaction));
  FLEET_RETURN_IF_ERROR(CheckRepos(transaction, request));
  FLEET_RETURN_IF_ERROR(CheckParameters(transaction, request, *fleet, seen.intent));
  FLEET_RETURN_IF_ERROR(CheckRetryable(*fleet, request, now));
  Reopen(*fleet, now);
  FLEET_RETURN_IF_ERROR(InsertGeneration(transaction, caller, request, fleet->generation));
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, request.fleet_id, JobKind::kRedrive, absl::ZeroDuration()));
  FLEET_RETURN_IF_ERROR(InsertAudit(transaction, {caller.user,
                                                  "RetryFleet",
                                                  request.fleet_id,
                                                  "",
                                                  {{"generation", absl::StrCat(fleet->generation - 1)}},
                                                  ToAudit(request, fleet->generation)}));
  FLEET_ASSIGN_OR_RETURN(FleetRecord record, GetFleetRecord(transaction, request.fleet_id));
  return FleetStore::Created{std::move(record), false};
}

}  // namespace

absl::StatusOr<FleetStore::Created> RedriveStore::Redrive(const domain::Caller& caller, const NewGeneration& request) {
  return database::InTransaction(pool_,
                                 [&](Transaction& transaction) { return RetryIn(transaction, caller, request); });
}

}  // namespace fleet::store
