// Operations of callers, operators and workers on fleets.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "tests/model/model_operations.h"

namespace fleet::testing {
namespace {

using store::JobKind;

domain::Caller RandomCaller(ModelWorld& world) {
  static const std::vector<std::string> users = {"alice", "bob", "carol"};
  return {world.random.Of(users)};
}

store::NewFleet RandomFleet(ModelWorld& world) {
  SeededRandom& random = world.random;
  const int targets = random.OneIn(3) ? random.Between(1, ModelWorld::kRepositories) : random.Between(1, 8);
  store::NewFleet fleet = world.stores.NewFleet({.targets = targets,
                                                 .max_concurrency = random.OneIn(4) ? 0 : random.Between(1, 10),
                                                 .max_tries = random.Between(1, 3)});
  fleet.id = world.NextId();
  if (random.OneIn(2)) fleet.request_id = absl::StrCat("request-", random.Between(1, 1000));
  if (random.OneIn(6)) fleet.pool = "large";
  return fleet;
}

absl::StatusOr<bool> Submit(ModelWorld& world, const domain::Caller& caller, const store::NewFleet& fleet, bool known) {
  world.Log(absl::StrCat("submit for ", caller.user, ": ", fleet.targets.size(), " targets, request \"",
                         fleet.request_id, "\", max_concurrency ", fleet.policy.max_concurrency, ", max_tries ",
                         fleet.policy.max_tries, ", pool ", fleet.pool));
  const absl::StatusOr<store::FleetStore::Created> created = world.stores.fleets.Create(caller, fleet);
  const FleetModel::Submitted expected = world.model.Submit(caller, fleet, known);
  const bool refused = expected.code == absl::StatusCode::kNotFound && !created.ok();
  if (created.status().code() != expected.code && !refused) {
    return Differs(absl::StrCat("submit: ", created.status().ToString(), ", expected code ", expected.code));
  }
  if (!created.ok()) return true;
  if (created->replayed != expected.replayed || created->record.fleet.id != expected.id) {
    return Differs("submit: answered with another fleet");
  }
  return true;
}

// Splits the targets into more chunks than a fleet of this size has, so that it expands in several steps; one of them
// may be made to fail.
void SplitTargets(ModelWorld& world, ModelFleet& fleet) {
  if (!world.random.OneIn(2) || fleet.total < 2) return;
  std::vector<std::string> rows;
  const int32_t size = world.random.Between(1, fleet.total - 1);
  fleet.chunks.clear();
  const bool breaks = world.random.OneIn(12);
  for (int32_t first = 1; first <= fleet.total; first += size) {
    const int32_t last = std::min(first + size - 1, fleet.total);
    std::vector<std::string> repos;
    for (int32_t ordinal = first; ordinal <= last; ++ordinal) repos.push_back(TestStores::RepoName(ordinal));
    const auto chunk = static_cast<int32_t>(fleet.chunks.size());
    const bool is_broken = breaks && last == fleet.total;
    if (is_broken) fleet.broken_chunk = chunk;
    rows.push_back(absl::StrCat("('", fleet.id.ToUuid(), "',", chunk, ",", first + (is_broken ? 1 : 0), ",'{",
                                absl::StrJoin(repos, ","), "}')"));
    fleet.chunks.push_back(last - first + 1);
  }
  world.Log(absl::StrCat("  in chunks of ", size, fleet.broken_chunk.has_value() ? ", the last broken" : ""));
  world.database.Execute(absl::StrCat("delete from fleet_targets where fleet_id = '", fleet.id.ToUuid(),
                                      "'; insert into fleet_targets (fleet_id, chunk, first_ordinal, repos) values ",
                                      absl::StrJoin(rows, ",")));
}

void SetCancelGrace(ModelWorld& world, absl::Duration grace) {
  world.database.Execute(
      absl::StrCat("update limits set value = ", absl::ToInt64Milliseconds(grace), " where name = 'cancel_grace_ms'"));
}

using ModelStep = FleetModel::Stepped (FleetModel::*)(const domain::Ulid&);

absl::StatusOr<bool> RunStep(ModelWorld& world, JobKind kind, ModelStep model_step) {
  const std::optional<domain::Ulid> next = world.model.NextJob(kind);
  // A worker that finds nothing is tested now and then.
  if (!next.has_value() && !world.random.OneIn(20)) return false;
  const char* name = store::JobTypeOf(kind).name;
  world.Log(absl::StrCat(name, " ", next.has_value() ? NameOf(world.model, *next) : "nothing"));
  const absl::StatusOr<std::optional<store::JobStep>> stepped = world.stores.jobs.RunStep(kind);
  if (!next.has_value()) return stepped.ok() && !stepped->has_value() ? absl::StatusOr<bool>(false) : Differs("a job");
  const FleetModel::Stepped expected = (world.model.*model_step)(*next);
  if (stepped.status().code() != expected.code) {
    return Differs(absl::StrCat(name, ": ", stepped.status().ToString(), ", expected code ", expected.code));
  }
  if (!stepped.ok()) return true;
  if (!stepped->has_value()) return Differs(absl::StrCat(name, ": found no job"));
  const store::JobStep& done = **stepped;
  if (done.key != *next) return Differs(absl::StrCat(name, ": took ", NameOf(world.model, done.key)));
  if (done.children != expected.children || done.finished != expected.finished) {
    return Differs(absl::StrCat(name, ": ", done.children, " children, expected ", expected.children));
  }
  return true;
}

// Of a fleet that ended or is on its way there it is refused.
const char* ExpectedRefusal(const ModelFleet& fleet) {
  if (!fleet.IsOpen()) return "FLEET_ALREADY_ENDED";
  return fleet.IsCancelling() ? "FLEET_CANCELLING" : "";
}

absl::StatusOr<bool> SetPaused(ModelWorld& world, const ModelFleet& fleet, bool paused) {
  world.Log(absl::StrCat(paused ? "pause F" : "resume F", fleet.number));
  const std::string refusal = ExpectedRefusal(fleet);
  const domain::Caller caller = RandomCaller(world);
  const absl::StatusOr<store::FleetRecord> answer =
      paused ? world.stores.controls.Pause(caller, fleet.id) : world.stores.controls.Resume(caller, fleet.id);
  if ((answer.ok() ? "" : GetErrorInfo(answer.status()).reason) != refusal) {
    return Differs(absl::StrCat("pause: ", answer.status().ToString(), ", expected ", refusal));
  }
  if (!answer.ok()) return true;
  world.model.SetPaused(fleet.id, paused);
  if (answer->fleet.state != fleet.state) return Differs("pause: answered with another state");
  // The checker takes what started between two pauses for a start in a paused fleet, unless it looks in between.
  FLEET_RETURN_IF_ERROR(world.Look());
  return true;
}

}  // namespace

absl::StatusOr<bool> SubmitFleet(ModelWorld& world) {
  const store::NewFleet fleet = RandomFleet(world);
  FLEET_ASSIGN_OR_RETURN(const bool done, Submit(world, RandomCaller(world), fleet, true));
  const auto created = world.model.fleets.find(fleet.id);
  if (created != world.model.fleets.end()) SplitTargets(world, created->second);
  return done;
}

absl::StatusOr<bool> RepeatSubmission(ModelWorld& world) {
  const std::vector<ModelFleet*> fleets =
      world.FleetsWhere([](const ModelFleet& fleet) { return !fleet.request_id.empty(); });
  if (fleets.empty()) return false;
  const ModelFleet& earlier = *world.random.Of(fleets);
  store::NewFleet fleet = RandomFleet(world);
  const domain::Caller caller = world.random.OneIn(5) ? RandomCaller(world) : domain::Caller{earlier.creator};
  fleet.request_id = earlier.request_id;
  if (!world.random.OneIn(3)) fleet.request_fingerprint = earlier.fingerprint;
  return Submit(world, caller, fleet, true);
}

absl::StatusOr<bool> SubmitUnknown(ModelWorld& world) {
  store::NewFleet fleet = RandomFleet(world);
  fleet.request_id.clear();
  if (world.random.OneIn(2)) {
    fleet.workflow.name = "test/unknown-v1";
  } else {
    fleet.targets.push_back({"org/not-registered", ""});
  }
  return Submit(world, RandomCaller(world), fleet, false);
}

absl::StatusOr<bool> SubmitOpenFleet(ModelWorld& world) {
  store::NewFleet fleet = RandomFleet(world);
  fleet.open_targets = true;
  fleet.targets.resize(
      std::min<std::size_t>(fleet.targets.size(), static_cast<std::size_t>(world.random.Between(0, 4))));
  fleet.request_fingerprint = absl::StrCat("open, targets ", fleet.targets.size());
  return Submit(world, RandomCaller(world), fleet, true);
}

// The next repositories that the fleet does not have, so that a child's name follows from its ordinal here too; a part
// that came before; and some that are refused.
absl::StatusOr<bool> AddTargets(ModelWorld& world) {
  SeededRandom& random = world.random;
  const bool any = random.OneIn(8);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.open && fleet.IsOpen(); });
  if (fleets.empty()) return false;
  const ModelFleet& fleet = *random.Of(fleets);
  store::NewPart part;
  part.fleet_id = fleet.id;
  part.part = random.Between(1, 12);
  const bool is_known = fleet.parts.count(part.part) > 0;
  const int32_t count = random.Between(1, 6);
  const bool doubles = fleet.total > 0 && random.OneIn(8);
  const int32_t first = doubles ? random.Between(1, fleet.total) : fleet.total + 1;
  const int32_t last = std::min(first + count - 1, ModelWorld::kRepositories);
  for (int32_t ordinal = first; ordinal <= last; ++ordinal) part.targets.push_back({TestStores::RepoName(ordinal), ""});
  const bool unknown = part.targets.empty() || random.OneIn(12);
  if (unknown) part.targets.push_back({"org/not-registered", ""});
  part.fingerprint = is_known && !random.OneIn(3)
                         ? fleet.parts.at(part.part)
                         : absl::StrCat("from ", first, " to ", last, unknown ? ", unknown" : "");
  world.Log(absl::StrCat("add part ", part.part, " to F", fleet.number, ": ", part.fingerprint));
  const absl::StatusOr<store::FleetStore::Created> added = world.stores.fleets.AddTargets(RandomCaller(world), part);
  const FleetModel::Added expected = world.model.AddTargets(part, !unknown);
  const std::string reason = added.ok() ? "" : GetErrorInfo(added.status()).reason;
  if (reason != expected.reason) {
    return Differs(absl::StrCat("add targets: ", added.status().ToString(), ", expected ", expected.reason));
  }
  if (added.ok() && (added->replayed != expected.replayed || added->record.fleet.rollup.total != fleet.total)) {
    return Differs("add targets: replayed or not, or another total");
  }
  return true;
}

absl::StatusOr<bool> SealFleet(ModelWorld& world) {
  const bool any = world.random.OneIn(5);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.open && fleet.IsOpen(); });
  if (fleets.empty()) return false;
  const ModelFleet& fleet = *world.random.Of(fleets);
  std::optional<int32_t> total;
  if (world.random.OneIn(2)) total = fleet.total + (world.random.OneIn(4) ? 1 : 0);
  world.Log(absl::StrCat("seal F", fleet.number, " of ", fleet.total, ", said to be ", total.value_or(-1)));
  const absl::StatusOr<store::FleetRecord> sealed = world.stores.fleets.Seal(RandomCaller(world), fleet.id, total);
  const std::string expected = world.model.Seal(fleet.id, total);
  if ((sealed.ok() ? "" : GetErrorInfo(sealed.status()).reason) != expected) {
    return Differs(absl::StrCat("seal: ", sealed.status().ToString(), ", expected ", expected));
  }
  if (sealed.ok() && sealed->fleet.state != fleet.state) return Differs("seal: answered with another state");
  return true;
}

absl::StatusOr<bool> ExpandOnce(ModelWorld& world) { return RunStep(world, JobKind::kExpand, &FleetModel::Expand); }

absl::StatusOr<bool> SweepOnce(ModelWorld& world) { return RunStep(world, JobKind::kSweep, &FleetModel::Sweep); }

absl::StatusOr<bool> EndStragglersOnce(ModelWorld& world) {
  return RunStep(world, JobKind::kEndStragglers, &FleetModel::EndStragglers);
}

absl::StatusOr<bool> RedriveOnce(ModelWorld& world) { return RunStep(world, JobKind::kRedrive, &FleetModel::Redrive); }

absl::StatusOr<bool> PassDeadlineOnce(ModelWorld& world) {
  return RunStep(world, JobKind::kDeadline, &FleetModel::PassDeadline);
}

absl::StatusOr<bool> PassSealDeadlineOnce(ModelWorld& world) {
  return RunStep(world, JobKind::kSealDeadline, &FleetModel::PassSealDeadline);
}

absl::StatusOr<bool> FailAgedOnce(ModelWorld& world) {
  return RunStep(world, JobKind::kQueueAge, &FleetModel::FailAged);
}

absl::StatusOr<bool> CancelFleet(ModelWorld& world) {
  const bool any = world.random.OneIn(5);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.IsOpen(); });
  if (fleets.empty()) return false;
  const ModelFleet& fleet = *world.random.Of(fleets);
  const domain::CancelMode mode = world.random.OneIn(2) ? domain::CancelMode::kStop : domain::CancelMode::kDrain;
  const absl::Duration grace = world.random.OneIn(4) ? absl::ZeroDuration() : absl::Hours(20);
  const domain::Caller caller = RandomCaller(world);
  world.Log(absl::StrCat("cancel F", fleet.number, mode == domain::CancelMode::kStop ? ", stop" : ", drain", ", grace ",
                         absl::FormatDuration(grace)));
  SetCancelGrace(world, grace);
  const absl::StatusOr<store::FleetRecord> cancelled = world.stores.fleets.Cancel(caller, fleet.id, mode);
  SetCancelGrace(world, domain::Limits().CancelGrace());
  const absl::StatusCode expected = world.model.Cancel(fleet.id, mode, caller.user, grace);
  if (cancelled.status().code() != expected) {
    return Differs(absl::StrCat("cancel: ", cancelled.status().ToString(), ", expected code ", expected));
  }
  if (cancelled.ok() && cancelled->fleet.state != fleet.state) return Differs("cancel: answered with another state");
  return true;
}

absl::StatusOr<bool> PauseFleet(ModelWorld& world) {
  const bool any = world.random.OneIn(5);
  const std::vector<ModelFleet*> fleets =
      any ? world.FleetsWhere([](const ModelFleet&) { return true; })
          : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.MayStart(); });
  return fleets.empty() ? false : SetPaused(world, *world.random.Of(fleets), true);
}

absl::StatusOr<bool> ResumeFleet(ModelWorld& world) {
  const std::vector<ModelFleet*> fleets = world.FleetsWhere(
      [](const ModelFleet& fleet) { return fleet.IsOpen() && fleet.paused && !fleet.IsCancelling(); });
  return fleets.empty() ? false : SetPaused(world, *world.random.Of(fleets), false);
}

}  // namespace fleet::testing
