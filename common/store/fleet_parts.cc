#include "common/store/fleet_parts.h"

#include <cstddef>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/domain/identifiers.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/audit_rows.h"
#include "common/store/clone_url_rows.h"
#include "common/store/control_store.h"
#include "common/store/fleet_ledger.h"
#include "common/store/fleet_store.h"
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

constexpr Statement kFindPart{"find_part", "select fingerprint from fleet_parts where fleet_id = $1 and part = $2"};

constexpr Statement kInsertPart{"insert_part",
                                "insert into fleet_parts (fleet_id, part, fingerprint) values ($1, $2, $3)"};

constexpr Statement kNextChunk{"next_chunk",
                               "select coalesce(max(chunk) + 1, 0) from fleet_targets where fleet_id = $1"};

constexpr Statement kHaveParameters{"have_parameters", "update fleets set has_parameters = true where fleet_id = $1"};

// What the fleet was submitted with: before its seal it has no other generation. Its workflow may be withdrawn.
constexpr Statement kReadTerms{"read_part_terms", R"sql(
  select w.definition, i.parameters
  from fleet_intents i
  join workflows w on w.name = i.workflow_name and w.major || '.' || w.minor || '.' || w.patch = i.workflow_version
  where i.fleet_id = $1
)sql"};

// Those of a list of keys that the fleet has. "In … is true": so the list is hashed, and not joined with a million
// targets. Names are ASCII, of which "C" makes small letters fastest.
#define FLEET_TARGETS_AMONG(keys)                                                            \
  " fleet_targets c cross join lateral unnest(c.repos) as r(repo) where c.fleet_id = $1 and" \
  " (lower(r.repo collate \"C\") in (" keys ")) is true "

constexpr Statement kFindDoubled{"find_doubled",
                                 "select r.repo from " FLEET_TARGETS_AMONG("select unnest($2::text[])")};

constexpr Statement kFindSharedBefore{"find_clone_urls_shared_before",
                                      R"sql(
  select had.repo, k.n
  from (select r.repo from )sql" FLEET_TARGETS_AMONG(
                                          "select o.repo_key from unnest($2::text[]) as k(repo_key)"
                                          " join shared_clone_urls s on s.repo_key = k.repo_key"
                                          " join shared_clone_urls o on o.url_key = s.url_key") R"sql(limit 20) had
  join shared_clone_urls o on o.repo_key = lower(had.repo)
  join shared_clone_urls s on s.url_key = o.url_key
  join unnest($2::text[]) with ordinality as k(repo_key, n) on k.repo_key = s.repo_key
  order by k.n limit 20
)sql"};

absl::StatusOr<bool> HasPart(Transaction& transaction, const NewPart& part) {
  FLEET_ASSIGN_OR_RETURN(const Rows earlier, transaction.Execute(kFindPart, {part.fleet_id.ToUuid(), part.part}));
  if (earlier.empty()) return false;
  if (earlier[0].Text() == part.fingerprint) return true;
  return MakeError(absl::StatusCode::kAlreadyExists,
                   absl::StrCat("part ", part.part, " of fleet ", part.fleet_id.ToString(),
                                " came with other targets before: choose a new number, or send the same targets"),
                   {"PART_REUSED",
                    {{"part", absl::StrCat(part.part)}, {"fleet_id", part.fleet_id.ToString()}},
                    {{"part", "came with other targets before"}}});
}

absl::Status OpenRefusal(const domain::Fleet& fleet, const char* reason, const std::string& message) {
  const std::string id = fleet.id.ToString();
  return MakeError(absl::StatusCode::kFailedPrecondition, absl::StrCat("fleet ", id, " ", message),
                   {reason, {{"fleet_id", id}, {"total", absl::StrCat(fleet.rollup.total)}}, {}});
}

// Of a fleet that was not sealed: whether it can still be.
absl::Status CheckNotEnded(const domain::Fleet& fleet) {
  if (!domain::IsTerminal(fleet.state)) return CheckRuns(fleet);
  return OpenRefusal(fleet, "FLEET_ALREADY_ENDED", "has ended before it was sealed: submit it anew");
}

absl::Status CheckAccepted(Transaction& transaction, const NewPart& part) {
  if (part.accept == nullptr) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadTerms, {part.fleet_id.ToUuid()}));
  if (rows.empty()) return absl::InternalError("the fleet's workflow is missing");
  RowReader row = rows[0];
  const std::string definition = row.Text();
  return part.accept(definition, DecodeParameters(row.Text()));
}

std::string TargetField(std::size_t index) { return absl::StrCat("targets[", index, "].repo"); }

// `had`: keys that the fleet has, and the part names again.
absl::Status DoubledError(const NewPart& part, const std::set<std::string>& had) {
  ErrorInfo info;
  info.reason = "INVALID_ARGUMENT";
  info.metadata["count"] = absl::StrCat(had.size());
  std::string first;
  for (std::size_t i = 0; i < part.targets.size(); ++i) {
    const std::string& repo = part.targets[i].repo;
    if (had.count(domain::RepoKey(repo)) == 0) continue;
    if (first.empty()) first = repo;
    info.violations.push_back({TargetField(i), absl::StrCat("\"", repo, "\" is in another part of the fleet")});
  }
  return MakeError(absl::StatusCode::kInvalidArgument,
                   absl::StrCat(had.size(), had.size() == 1 ? " repository is" : " repositories are",
                                " in another part of the fleet, first ", first),
                   std::move(info));
}

// Once more under another name, with the same meaning as SharedUrlError within a part.
absl::Status SharedBeforeError(const NewPart& part, const Rows& rows) {
  ErrorInfo info;
  info.reason = "DUPLICATE_CLONE_URL";
  for (RowReader row : rows) {
    const std::string had = row.Text();
    const auto index = static_cast<std::size_t>(row.BigInt() - 1);
    const std::string& repo = part.targets[index].repo;
    info.violations.push_back({TargetField(index), absl::StrCat(repo, " has the same clone URL as ", had)});
    if (info.metadata.empty()) info.metadata = {{"first_repo", had}, {"duplicate_repo", repo}};
  }
  const std::string message = absl::StrCat(
      info.metadata["duplicate_repo"], " and ", info.metadata["first_repo"],
      ", which is in another part of the fleet, are names of one repository, by their clone URLs; leave one "
      "out, or import the right URL");
  return MakeError(absl::StatusCode::kInvalidArgument, message, std::move(info));
}

absl::Status CheckNotThere(Transaction& transaction, const NewPart& part) {
  Array keys;
  for (const NewTarget& target : part.targets) keys.AddText(domain::RepoKey(target.repo));
  FLEET_ASSIGN_OR_RETURN(const Rows doubled, transaction.Execute(kFindDoubled, {part.fleet_id.ToUuid(), keys}));
  if (!doubled.empty()) {
    std::set<std::string> had;
    for (RowReader row : doubled) had.insert(domain::RepoKey(row.Text()));
    return DoubledError(part, had);
  }
  FLEET_ASSIGN_OR_RETURN(const bool some, SomeCloneUrlsAreShared(transaction));
  if (!some) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows shared, transaction.Execute(kFindSharedBefore, {part.fleet_id.ToUuid(), keys}));
  return shared.empty() ? absl::OkStatus() : SharedBeforeError(part, shared);
}

absl::Status InsertPart(Transaction& transaction, const domain::Fleet& fleet, const NewPart& part) {
  const std::string id = part.fleet_id.ToUuid();
  FLEET_ASSIGN_OR_RETURN(const Rows next, transaction.Execute(kNextChunk, {id}));
  FLEET_ASSIGN_OR_RETURN(const bool has_parameters,
                         InsertTargets(transaction, part.fleet_id, part.targets, {next[0].Int(), fleet.rollup.total}));
  if (has_parameters) FLEET_RETURN_IF_ERROR(transaction.Execute(kHaveParameters, {id}).status());
  return transaction.Execute(kInsertPart, {id, part.part, part.fingerprint}).status();
}

std::map<std::string, std::string> TargetFacts(const domain::Fleet& fleet) {
  return {{"targets", absl::StrCat(fleet.rollup.total)}, {"sealed", fleet.open_targets ? "false" : "true"}};
}

}  // namespace

// The fleet is locked first: its parts are decided one after the other, and nobody else wants a fleet without children.
absl::StatusOr<bool> AddPart(Transaction& transaction, const domain::Caller& caller, const NewPart& part) {
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {part.fleet_id}));
  domain::Fleet* fleet = ledger.Find(part.fleet_id);
  if (fleet == nullptr) return FleetNotFound(part.fleet_id);
  FLEET_ASSIGN_OR_RETURN(const bool came_before, HasPart(transaction, part));
  if (came_before) {
    transaction.RollBackInstead();
    return true;
  }
  if (!fleet->open_targets) {
    return OpenRefusal(*fleet, "FLEET_SEALED",
                       absl::StrCat("is sealed, with a total of ", fleet->rollup.total, ": no target can be added"));
  }
  FLEET_RETURN_IF_ERROR(CheckNotEnded(*fleet));
  const auto count = static_cast<int64_t>(part.targets.size());
  FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
  FLEET_RETURN_IF_ERROR(CheckTargetCount(fleet->rollup.total + count, limits));
  FLEET_RETURN_IF_ERROR(CheckAccepted(transaction, part));
  FLEET_RETURN_IF_ERROR(CheckNotThere(transaction, part));
  FLEET_RETURN_IF_ERROR(InsertPart(transaction, *fleet, part));
  const auto before = TargetFacts(*fleet);
  fleet->rollup.total += static_cast<int32_t>(count);
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  FLEET_RETURN_IF_ERROR(InsertAudit(transaction, {caller.user, "AddFleetTargets", part.fleet_id,
                                                  absl::StrCat("part ", part.part), before, TargetFacts(*fleet)}));
  return false;
}

absl::Status SealTargets(Transaction& transaction, const domain::Caller& caller, const domain::Ulid& fleet_id,
                         std::optional<int32_t> total) {
  // Jobs are locked before fleets.
  FLEET_RETURN_IF_ERROR(DropJobs(transaction, fleet_id, {JobKind::kSealDeadline}));
  FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, {fleet_id}));
  domain::Fleet* fleet = ledger.Find(fleet_id);
  if (fleet == nullptr) return FleetNotFound(fleet_id);
  if (total.has_value() && *total != fleet->rollup.total) {
    return OpenRefusal(*fleet, "TARGETS_DIFFER",
                       absl::StrCat("has a total of ", fleet->rollup.total, ", not of ", *total, " as the call says"));
  }
  if (!fleet->open_targets) {
    transaction.RollBackInstead();
    return absl::OkStatus();
  }
  FLEET_RETURN_IF_ERROR(CheckNotEnded(*fleet));
  if (fleet->rollup.total == 0) return OpenRefusal(*fleet, "NO_TARGETS", "has no targets yet: add them first");
  const auto before = TargetFacts(*fleet);
  fleet->open_targets = false;
  FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
  FLEET_RETURN_IF_ERROR(InsertJob(transaction, fleet_id, JobKind::kExpand, absl::ZeroDuration()));
  return InsertAudit(transaction, {caller.user, "SealFleet", fleet_id, "", before, TargetFacts(*fleet)});
}

}  // namespace fleet::store
