// Limits as operators see and set them.
#ifndef FLEET_COMMON_STORE_LIMIT_STORE_H_
#define FLEET_COMMON_STORE_LIMIT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/domain/caller.h"
#include "common/domain/limits.h"

namespace fleet::store {

// A limit, or an exception from it.
struct LimitRecord {
  std::string name;
  std::string scope;  // the user or pool that it is an exception for; empty: it holds for all others
  int64_t value = 0;
  std::string description;
  domain::LimitEffect effect = domain::LimitEffect::kQueue;
  domain::ScopeKind scope_kind = domain::ScopeKind::kNone;
  std::optional<absl::Time> updated_at;  // absent: never set
  std::string updated_by;
};

struct LimitChange {
  std::string name;
  std::string scope;
  std::optional<int64_t> value;  // absent: no exception any more, or the value that Fleet is delivered with
  domain::ScopeKind scope_kind = domain::ScopeKind::kNone;  // what `scope` is meant to name; kNone: not said
};

class LimitStore {
 public:
  explicit LimitStore(database::ConnectionPool& pool) : pool_(pool) {}

  // Those in force, for processes that go by them.
  absl::StatusOr<domain::Limits> InForce();
  // By name, then scope.
  absl::StatusOr<std::vector<LimitRecord>> List();

  struct Changed {
    LimitRecord limit;  // that holds now; without an exception the limit itself
    int64_t previous_value = 0;
  };
  // Once it has returned, no dispatch goes by the old value. Audited in the same transaction. Returns kNotFound
  // LIMIT_NOT_FOUND, kInvalidArgument for a value out of its range or a scope that the limit cannot have, or
  // kResourceExhausted LIMIT_EXCEPTIONS_LIMIT for one exception more than kMaxLimitExceptions.
  absl::StatusOr<Changed> Set(const domain::Caller& caller, const LimitChange& change);
  // The same, unless it has that value already: for what a process is told when it starts.
  absl::Status SetIfOther(const domain::Caller& caller, const LimitChange& change);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_LIMIT_STORE_H_
