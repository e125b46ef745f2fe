#include "services/fleet/api/runner_owners.h"

#include "common/status/status_macros.h"

namespace fleet::service {
namespace {

constexpr std::size_t kMostKept = 20000;

absl::Status Judge(const domain::Caller& caller, const std::string& owner) {
  return caller.user == owner ? absl::OkStatus() : store::RunnerNotYours();
}

}  // namespace

void RunnerOwners::Keep(const domain::Ulid& runner_id, const std::string& owner) {
  MutexLock lock(mutex_);
  if (!owners_.emplace(runner_id, owner).second) return;
  oldest_first_.push_back(runner_id);
  if (oldest_first_.size() > kMostKept) {
    owners_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
}

absl::Status RunnerOwners::Check(const domain::Caller& caller, const domain::Ulid& runner_id) {
  if (const auto known = Known(runner_id)) return Judge(caller, *known);
  FLEET_ASSIGN_OR_RETURN(const std::optional<std::string> owner, runners_.OwnerOf(runner_id));
  if (!owner.has_value()) return absl::OkStatus();
  Keep(runner_id, *owner);
  return Judge(caller, *owner);
}

void RunnerOwners::Check(const domain::Caller& caller, const domain::Ulid& runner_id, const Then& then) {
  if (const auto known = Known(runner_id)) return then(Judge(caller, *known));
  const bool taken = pool_.Submit([&caller, runner_id, then, this] { then(Check(caller, runner_id)); });
  if (!taken) then(absl::UnavailableError("too many calls wait; try again"));
}

std::optional<std::string> RunnerOwners::Known(const domain::Ulid& runner_id) {
  MutexLock lock(mutex_);
  const auto owner = owners_.find(runner_id);
  return owner == owners_.end() ? std::nullopt : std::optional<std::string>(owner->second);
}

}  // namespace fleet::service
