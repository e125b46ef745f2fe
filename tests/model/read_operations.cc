// Operations that only read.
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

ModelFleet* AnyFleet(ModelWorld& world) {
  const std::vector<ModelFleet*> fleets = world.FleetsWhere([](const ModelFleet&) { return true; });
  return fleets.empty() ? nullptr : world.random.Of(fleets);
}

// Each failure is in one group, and no two groups are called alike.
absl::Status CheckFailureGroups(ModelWorld& world, const ModelFleet& fleet) {
  FLEET_ASSIGN_OR_RETURN(const auto groups, world.stores.tasks.FailureGroups(kAlice, fleet.id));
  std::set<std::string> fingerprints;
  std::map<domain::FailureCategory, int32_t> counts;
  for (const store::FailureGroup& group : groups) {
    if (!fingerprints.insert(group.fingerprint).second) return Differs("read: two failure groups of one fingerprint");
    counts[group.category] += group.count;
  }
  std::map<domain::FailureCategory, int32_t> expected;
  for (const ModelChild& child : fleet.children) {
    const bool failed = child.state == domain::TaskState::kFailed || child.state == domain::TaskState::kTimedOut;
    if (failed) ++expected[child.category];
  }
  return counts == expected ? absl::OkStatus() : Differs("read: failure groups count other failures");
}

}  // namespace

absl::StatusOr<bool> ReadFleet(ModelWorld& world) {
  const ModelFleet* fleet = AnyFleet(world);
  if (fleet == nullptr) return false;
  world.Log(absl::StrCat("read F", fleet->number));
  FLEET_ASSIGN_OR_RETURN(const store::FleetRecord record, world.stores.fleets.Get(kAlice, fleet->id));
  const bool same = record.fleet.state == fleet->state && record.fleet.revision == fleet->revision &&
                    record.fleet.rollup.Active() == fleet->Active() &&
                    record.fleet.rollup.expanded == fleet->Expanded() &&
                    record.usage.user_active == world.model.ActiveOf(fleet->creator) &&
                    record.usage.system_active == world.model.ActiveOf("");
  if (!same) return Differs("read: the fleet or its usage is another");
  const std::string& description = record.intent.task_description;
  if (description != fleet->amended.value_or(description)) return Differs("read: the description is an older one");
  FLEET_RETURN_IF_ERROR(CheckFailureGroups(world, *fleet));
  FLEET_ASSIGN_OR_RETURN(const store::TaskPage page, world.stores.tasks.List(kAlice, fleet->id, {}, 0, 100));
  if (static_cast<int32_t>(page.tasks.size()) != fleet->Expanded()) return Differs("read: not every child");
  for (const store::TaskRecord& record_of : page.tasks) {
    if (record_of.task.state != fleet->Child(record_of.task.id.ordinal).state) return Differs("read: a child's state");
  }
  return true;
}

// Goes on from where this fleet's watcher stood: it must come to see what is.
absl::StatusOr<bool> WatchFleet(ModelWorld& world) {
  const ModelFleet* fleet = AnyFleet(world);
  if (fleet == nullptr) return false;
  WatcherView& watcher = world.watchers[fleet->id];
  world.Log(absl::StrCat("watch F", fleet->number, " from ", watcher.revision));
  FLEET_ASSIGN_OR_RETURN(const store::ChangedTasks changes,
                         world.stores.feed.ReadChanges(fleet->id, watcher.revision, fleet->revision));
  if (!changes.contiguous || changes.more || changes.revision != fleet->revision) return Differs("watch: a gap");
  watcher.revision = changes.revision;
  for (const store::TaskRecord& record : changes.tasks) {
    watcher.children[record.task.id.ordinal] = {record.task.state, record.task.attempt};
  }
  if (static_cast<int32_t>(watcher.children.size()) != fleet->Expanded()) return Differs("watch: not every child");
  for (const auto& [ordinal, seen] : watcher.children) {
    const ModelChild& child = fleet->Child(ordinal);
    if (seen != std::pair(child.state, child.attempt)) {
      return Differs(absl::StrCat("watch: F", fleet->number, "-", ordinal, " is seen as it was"));
    }
  }
  return true;
}

absl::StatusOr<bool> CompareEverything(ModelWorld& world) {
  world.Log("compare everything");
  FLEET_RETURN_IF_ERROR(world.Compare(true));
  FLEET_RETURN_IF_ERROR(world.Look());
  return true;
}

}  // namespace fleet::testing
