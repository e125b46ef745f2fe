#include "common/store/limit_store.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/domain/bounds.h"
#include "common/domain/identifiers.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/audit_rows.h"
#include "common/store/dispatch_gate.h"
#include "common/store/limit_rows.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

#define FLEET_ALL_LIMITS                                                                               \
  "(select name, '' as scope, value, description, updated_at, updated_by from limits union all "       \
  "select o.name, o.scope, o.value, l.description, o.updated_at, o.updated_by from limit_overrides o " \
  "join limits l on l.name = o.name) a"
#define FLEET_LIMIT_COLUMNS "a.name, a.scope, a.value, a.description, " FLEET_MICROS("a.updated_at") ", a.updated_by"

constexpr Statement kListLimits{
    "list_limits", "select " FLEET_LIMIT_COLUMNS " from " FLEET_ALL_LIMITS " order by a.name, a.scope collate \"C\""};

// The limit itself comes first, its exception for $2, if there is one, second.
constexpr Statement kGetLimit{"get_limit", "select " FLEET_LIMIT_COLUMNS " from " FLEET_ALL_LIMITS
                                           " where a.name = $1 and a.scope in ('', $2)"
                                           " order by a.scope collate \"C\""};

constexpr Statement kSetLimit{"set_limit", R"sql(
  update limits set value = $2, updated_at = clock_timestamp(), updated_by = $3 where name = $1
)sql"};

constexpr Statement kSetOverride{"set_limit_override", R"sql(
  insert into limit_overrides (name, scope, value, updated_by) values ($1, $2, $3, $4)
  on conflict (name, scope) do update
    set value = excluded.value, updated_at = clock_timestamp(), updated_by = excluded.updated_by
)sql"};

constexpr Statement kCountOverrides{"count_limit_overrides", "select count(*) from limit_overrides"};

constexpr Statement kDropOverride{"drop_limit_override", "delete from limit_overrides where name = $1 and scope = $2"};

// False for a limit that this version does not know.
bool ReadLimit(RowReader row, LimitRecord& limit) {
  limit.name = row.Text();
  limit.scope = row.Text();
  limit.value = row.BigInt();
  limit.description = row.Text();
  limit.updated_at = row.OptionalTime();
  limit.updated_by = row.Text();
  const domain::LimitKind* kind = domain::FindLimitKind(limit.name);
  if (kind != nullptr) {
    limit.effect = kind->effect;
    limit.scope_kind = kind->scope;
  }
  return kind != nullptr;
}

absl::Status NoSuchLimit(const std::string& name) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("there is no limit ", name),
                   {"LIMIT_NOT_FOUND", {{"limit", name}}, {}});
}

absl::Status CheckChange(const domain::LimitKind& kind, const LimitChange& change) {
  if (!change.scope.empty() && kind.scope == domain::ScopeKind::kNone) {
    return InvalidField("scope", absl::StrCat(kind.name, " has no exceptions: leave it empty"));
  }
  const bool is_pool = kind.scope == domain::ScopeKind::kPool;
  if (change.scope_kind != domain::ScopeKind::kNone && change.scope_kind != kind.scope) {
    return InvalidField("scope_kind", absl::StrCat(kind.name, " has exceptions for single ",
                                                   is_pool ? "pools, not for users" : "users, not for pools"));
  }
  if (!change.scope.empty() && is_pool && !domain::IsPoolName(change.scope)) {
    return InvalidField("scope", "must be a pool: [a-z][a-z0-9-]{0,62}");
  }
  if (change.value.has_value() && (*change.value < kind.least || *change.value > kind.most)) {
    return InvalidField("value", absl::StrCat("must be from ", kind.least, " to ", kind.most, " for ", kind.name));
  }
  return absl::OkStatus();
}

absl::Status TooManyExceptions() {
  return MakeError(absl::StatusCode::kResourceExhausted,
                   absl::StrCat("there are ", domain::kMaxLimitExceptions,
                                " exceptions from limits, as many as there may be: take back one that nobody needs"),
                   {"LIMIT_EXCEPTIONS_LIMIT", {{"limit", absl::StrCat(domain::kMaxLimitExceptions)}}, {}});
}

// The limit and its exception, as they stand.
struct Current {
  LimitRecord limit;
  std::optional<LimitRecord> exception;
  const LimitRecord& InForce() const { return exception.has_value() ? *exception : limit; }
};

absl::StatusOr<Current> ReadCurrent(Transaction& transaction, const LimitChange& change) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kGetLimit, {change.name, change.scope}));
  Current current;
  for (const RowReader& row : rows) {
    LimitRecord limit;
    if (!ReadLimit(row, limit)) continue;
    if (limit.scope.empty()) {
      current.limit = std::move(limit);
    } else {
      current.exception = std::move(limit);
    }
  }
  if (current.limit.name.empty()) return NoSuchLimit(change.name);
  return current;
}

absl::Status Write(Transaction& transaction, const domain::Caller& caller, const domain::LimitKind& kind,
                   const LimitChange& change) {
  if (change.scope.empty()) {
    const int64_t value = change.value.value_or(domain::Limits().*(kind.field));
    return transaction.Execute(kSetLimit, {change.name, value, caller.user}).status();
  }
  if (!change.value.has_value()) return transaction.Execute(kDropOverride, {change.name, change.scope}).status();
  return transaction.Execute(kSetOverride, {change.name, change.scope, *change.value, caller.user}).status();
}

// A new exception must have room beside the others. Whoever sets one holds the dispatch gate, so none comes in between.
absl::Status CheckRoom(Transaction& transaction, const Current& current, const LimitChange& change) {
  if (change.scope.empty() || !change.value.has_value() || current.exception.has_value()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kCountOverrides));
  RowReader row = rows[0];
  return row.BigInt() < domain::kMaxLimitExceptions ? absl::OkStatus() : TooManyExceptions();
}

// What is written down of a change: nothing for an exception that there is not.
std::map<std::string, std::string> ToAudit(const Current& current, const LimitChange& change) {
  if (change.scope.empty()) return {{"value", absl::StrCat(current.limit.value)}};
  if (!current.exception.has_value()) return {};
  return {{"value", absl::StrCat(current.exception->value)}};
}

}  // namespace

absl::StatusOr<domain::Limits> LimitStore::InForce() {
  return database::InTransaction(pool_, [](Transaction& transaction) -> absl::StatusOr<domain::Limits> {
    transaction.RollBackInstead();
    return ReadLimits(transaction);
  });
}

absl::StatusOr<std::vector<LimitRecord>> LimitStore::List() {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<LimitRecord>> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kListLimits));
    std::vector<LimitRecord> limits;
    for (const RowReader& row : rows) {
      LimitRecord limit;
      if (ReadLimit(row, limit)) limits.push_back(std::move(limit));
    }
    return limits;
  });
}

absl::StatusOr<LimitStore::Changed> LimitStore::Set(const domain::Caller& caller, const LimitChange& change) {
  const domain::LimitKind* kind = domain::FindLimitKind(change.name);
  if (kind == nullptr) return NoSuchLimit(change.name);
  FLEET_RETURN_IF_ERROR(CheckChange(*kind, change));
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<Changed> {
    // A dispatch holds it from before it reads the limits to its commit.
    FLEET_RETURN_IF_ERROR(LockDispatchGate(transaction));
    FLEET_ASSIGN_OR_RETURN(const Current before, ReadCurrent(transaction, change));
    FLEET_RETURN_IF_ERROR(CheckRoom(transaction, before, change));
    FLEET_RETURN_IF_ERROR(Write(transaction, caller, *kind, change));
    FLEET_ASSIGN_OR_RETURN(const Current after, ReadCurrent(transaction, change));
    AuditEntry entry;
    entry.actor = caller.user;
    entry.action = "SetLimit";
    entry.subject = change.scope.empty() ? change.name : absl::StrCat(change.name, ":", change.scope);
    entry.before = ToAudit(before, change);
    entry.after = ToAudit(after, change);
    FLEET_RETURN_IF_ERROR(InsertAudit(transaction, entry));
    return Changed{after.InForce(), before.InForce().value};
  });
}

absl::Status LimitStore::SetIfOther(const domain::Caller& caller, const LimitChange& change) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<LimitRecord> limits, List());
  for (const LimitRecord& limit : limits) {
    if (limit.name == change.name && limit.scope == change.scope && limit.value == change.value)
      return absl::OkStatus();
  }
  return Set(caller, change).status();
}

}  // namespace fleet::store
