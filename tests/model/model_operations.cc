#include "tests/model/model_operations.h"

#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "tests/model/lease_judge.h"

namespace fleet::testing {
namespace {

constexpr int kMostRounds = 200;

absl::Status TakeHealthyLimits(ModelWorld& world) {
  world.database.Execute(
      "update limits set value = case name when 'queue_age_seconds' then 0 else 100000 end where name not like '%_ms'; "
      "delete from "
      "limit_overrides");
  world.model.limits = {.system_active = 100000,
                        .pool_active = 100000,
                        .user_active = 100000,
                        .fleet_active_default = 100000,
                        .open_fleets_system = 100000,
                        .open_fleets_user = 100000};
  return world.Look();
}

// Whoever was there falls silent, a new runner does what is left.
absl::Status LoseEveryRunner(ModelWorld& world) {
  world.Log("every runner falls silent");
  world.database.Execute("update runners set heartbeat_at = clock_timestamp() - interval '2 hours' where state = 1");
  for (auto& [id, runner] : world.model.runners) runner.silent = true;
  FLEET_ASSIGN_OR_RETURN(const int lost, world.stores.runners.MarkLost(absl::Hours(1)));
  const int expected = world.model.MarkLost();
  return lost == expected ? absl::OkStatus() : Differs(absl::StrCat(lost, " lost, expected ", expected));
}

absl::Status DoEverything(ModelWorld& world, RunnerView& runner) {
  const store::LeaseDemand demand{runner.id, runner.next_lease_seq++, 200};
  world.Log(absl::StrCat("lease all for ", RunnerName(world.model, runner.id)));
  FLEET_ASSIGN_OR_RETURN(const auto answers, world.LeaseTogether({demand}));
  const std::string problem = LeaseJudge(world.model, {demand}).Judge(answers);
  if (!problem.empty()) return Differs(problem);
  FLEET_RETURN_IF_ERROR(world.Compare());
  std::vector<domain::TaskReport> reports;
  for (const store::GrantedTask& task : answers[0].tasks) {
    domain::TaskReport& report = reports.emplace_back();
    report.task = task.id;
    report.attempt = task.attempt;
    report.runner_id = runner.id;
    report.state = domain::TaskState::kCompleted;
    report.outcome = domain::Outcome::kNoChanges;
  }
  if (reports.empty()) return absl::OkStatus();
  world.Log("complete all");
  FLEET_RETURN_IF_ERROR(world.ReportTogether({reports}).status());
  world.model.Report(reports, [](const domain::TaskReport&) { return false; });
  return absl::OkStatus();
}

}  // namespace

const std::vector<WeightedOperation>& ModelOperations() {
  static const std::vector<WeightedOperation> operations = {
      {"submit", 40, &SubmitFleet},
      {"submit again", 12, &RepeatSubmission},
      {"submit unknown", 4, &SubmitUnknown},
      {"submit open", 14, &SubmitOpenFleet},
      {"add targets", 40, &AddTargets},
      {"seal", 14, &SealFleet},
      {"pass seal deadline", 6, &PassSealDeadlineOnce},
      {"expand", 70, &ExpandOnce},
      {"sweep", 25, &SweepOnce},
      {"end stragglers", 20, &EndStragglersOnce},
      {"cancel", 14, &CancelFleet},
      {"pause", 6, &PauseFleet},
      {"resume", 8, &ResumeFleet},
      {"retry", 16, &RetryFleet},
      {"redrive", 20, &RedriveOnce},
      {"cancel task", 18, &CancelFleetTask},
      {"task grace ends", 6, &LetTaskGraceEnd},
      {"deadline", 6, &LetDeadlinePass},
      {"pass deadline", 12, &PassDeadlineOnce},
      {"queue age limit", 3, &ChangeQueueAge},
      {"queue ages", 8, &LetQueueAge},
      {"schedule queue age", 8, &ScheduleQueueAge},
      {"fail aged", 12, &FailAgedOnce},
      {"lease", 190, &LeaseTasks},
      {"lease again", 25, &RepeatLease},
      {"ask for work", 10, &AskForWork},
      {"report", 280, &ReportTasks},
      {"report again", 40, &RepeatReports},
      {"report of others", 20, &ReportOfOthers},
      {"register", 28, &RegisterRunner},
      {"register again", 6, &RegisterAgain},
      {"heartbeat", 110, &Heartbeat},
      {"old heartbeat", 6, &OldHeartbeat},
      {"lose runner", 36, &LoseRunner},
      {"reclaim", 60, &ReclaimOnce},
      {"time out", 12, &RunPastTimeout},
      {"retries due", 60, &LetRetriesBecomeDue},
      {"grace ends", 12, &LetGraceEnd},
      {"change limits", 4, &ChangeLimits},
      {"change override", 6, &ChangeOverride},
      {"update", 12, &UpdateFleet},
      {"read", 10, &ReadFleet},
      {"watch", 20, &WatchFleet},
      {"compare all", 4, &CompareEverything},
  };
  return operations;
}

absl::Status EndEverything(ModelWorld& world, const std::function<absl::Status()>& after_each) {
  FLEET_RETURN_IF_ERROR(TakeHealthyLimits(world));
  FLEET_RETURN_IF_ERROR(LoseEveryRunner(world));
  FLEET_RETURN_IF_ERROR(after_each());
  std::vector<RunnerView> finishers;
  for (const char* pool : {"default", "large"}) {
    RunnerView& added = finishers.emplace_back();
    added.id = world.NextId();
    added.pool = pool;
    const store::RunnerRegistration registration{finishers.back().id, "finisher", "alice", pool, 200};
    FLEET_RETURN_IF_ERROR(world.stores.runners.Register(registration).status());
    world.model.Register(registration);
    FLEET_RETURN_IF_ERROR(after_each());
  }
  constexpr Operation kOperations[] = {&ResumeFleet,         &RedriveOnce,         &PassDeadlineOnce,  &ExpandOnce,
                                       &LetGraceEnd,         &SweepOnce,           &EndStragglersOnce, &ReclaimOnce,
                                       &LetRetriesBecomeDue, &PassSealDeadlineOnce};
  for (int round = 0; round < kMostRounds; ++round) {
    if (world.FleetsWhere([](const ModelFleet& fleet) { return fleet.IsOpen(); }).empty()) return absl::OkStatus();
    for (const Operation operation : kOperations) {
      for (int i = 0; i < kMostRounds; ++i) {
        FLEET_ASSIGN_OR_RETURN(const bool done, operation(world));
        if (!done) break;
        FLEET_RETURN_IF_ERROR(after_each());
        // These find something to do as long as there is a worker's job or a lost runner; that they end is part of it.
        if (i + 1 == kMostRounds) return Differs("there is no end to it");
      }
    }
    for (RunnerView& finisher : finishers) {
      FLEET_RETURN_IF_ERROR(DoEverything(world, finisher));
      FLEET_RETURN_IF_ERROR(after_each());
    }
  }
  std::string open = "these fleets do not end:";
  for (const ModelFleet* fleet : world.FleetsWhere([](const ModelFleet& fleet) { return fleet.IsOpen(); })) {
    absl::StrAppend(&open, " F", fleet->number, " of ", fleet->pool, " (state ", static_cast<int>(fleet->state), ", ",
                    fleet->Active(), " active", fleet->is_late ? ", late" : "");
    for (int32_t ordinal = 1; ordinal <= fleet->Expanded(); ++ordinal) {
      const ModelChild& child = fleet->Child(ordinal);
      if (child.state == domain::TaskState::kQueued) {
        absl::StrAppend(&open, ", queued ", ordinal, "#", child.attempt, child.IsDelayed() ? " delayed" : "",
                        child.IsSuspect() ? " suspect" : "");
      }
    }
    absl::StrAppend(&open, ")");
  }
  return Differs(open);
}

}  // namespace fleet::testing
