#include "cli/fleetctl/commands/system_findings.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/rpc/proto_time.h"

namespace fleet::cli {
namespace {

using Findings = std::vector<Finding>;

// What clocks that are kept in step by NTP are never off by.
constexpr absl::Duration kClocksAgree = absl::Seconds(5);
// A database next door answers in less than a tenth of it.
constexpr absl::Duration kDatabaseIsSlow = absl::Milliseconds(100);
// Workers look for work every half second; one step of a job takes a second at most.
constexpr absl::Duration kJobIsBehind = absl::Seconds(30);

void AddWrong(Findings& findings, std::string what, std::string remedy) {
  findings.push_back({Finding::Kind::kWrong, std::move(what), std::move(remedy)});
}
void AddNotice(Findings& findings, std::string what, std::string remedy) {
  findings.push_back({Finding::Kind::kNotice, std::move(what), std::move(remedy)});
}

std::string AheadOrBehind(absl::Duration difference) {
  return absl::StrCat(FormatElapsed(absl::AbsDuration(difference)),
                      difference > absl::ZeroDuration() ? " ahead of" : " behind");
}

void ExamineFailure(const ServerAnswer& answer, Findings& findings) {
  if (absl::IsUnimplemented(answer.status)) {
    AddWrong(findings, absl::StrCat(answer.address, " is a service that cannot tell how the system stands"),
             "It is of an earlier version than this fleetctl: upgrade it.");
    return;
  }
  const std::string what = absl::StrCat(answer.address, ": ", std::string(answer.status.message()));
  if (absl::IsUnauthenticated(answer.status) || absl::IsPermissionDenied(answer.status)) {
    AddWrong(findings, what, "The service is there, but not for you: see who you are to it (--user).");
    return;
  }
  AddWrong(
      findings, what,
      "See whether fleet-service runs there and what its log says, and whether --server or FLEET_SERVER means it.");
}

void ExamineDatabase(const ServerAnswer& answer, Findings& findings) {
  const v1::DatabaseStatus& database = answer.system.database();
  if (!database.reachable()) {
    AddWrong(
        findings, absl::StrCat(answer.address, ": ", database.message()),
        "See whether PostgreSQL runs and the service's FLEET_DATABASE_URL leads there. Nothing is lost meanwhile.");
    return;
  }
  if (database.schema_version() < database.known_schema_version()) {
    AddWrong(findings,
             absl::StrCat("the database has schema ", database.schema_version(), ", ", answer.address, " needs ",
                          database.known_schema_version()),
             "Run fleet-service --migrate_and_exit with the newest version.");
  } else if (database.schema_version() > database.known_schema_version()) {
    AddNotice(findings,
              absl::StrCat("the database has schema ", database.schema_version(), ", ", answer.address, " knows ",
                           database.known_schema_version()),
              "Nothing is wrong with that while an upgrade is under way; then upgrade this service, too.");
  }
  const absl::Duration difference = rpc::FromProtoDuration(database.clock_difference());
  if (absl::AbsDuration(difference) > kClocksAgree) {
    AddNotice(findings,
              absl::StrCat("the clock of ", answer.address, " is ", AheadOrBehind(difference), " the database's"),
              "Leases and times go by the database's clock, so nothing breaks; logs will not fit together. Let both "
              "machines keep their clocks by NTP.");
  }
  const absl::Duration round_trip = rpc::FromProtoDuration(database.round_trip());
  if (round_trip > kDatabaseIsSlow) {
    AddNotice(
        findings,
        absl::StrFormat("the database took %dms to answer %s", absl::ToInt64Milliseconds(round_trip), answer.address),
        "See what else the database's machine does, and how far away it is.");
  }
}

void ExamineAnswer(const ServerAnswer& answer, const std::string& version, Findings& findings) {
  if (!answer.status.ok()) return ExamineFailure(answer, findings);
  if (answer.system.version() != version) {
    AddNotice(findings,
              absl::StrCat("this fleetctl is ", version, ", ", answer.address, " is ", answer.system.version()),
              "They understand each other; what is new in one may be missing in the other. Use the services' version.");
  }
  if (absl::AbsDuration(answer.clock_difference) > kClocksAgree + answer.round_trip) {
    AddNotice(findings,
              absl::StrCat("the clock of ", answer.address, " is ", AheadOrBehind(answer.clock_difference),
                           " this machine's"),
              "Times that fleetctl counts from now are off by that. Let this machine keep its clock by NTP.");
  }
  ExamineDatabase(answer, findings);
}

void ExamineVersions(const v1::GetSystemStatusResponse& system, Findings& findings) {
  std::map<std::string, std::map<std::string, int>> programs_by_version;
  const auto count = [&programs_by_version](const std::string& version, const char* program, int number) {
    programs_by_version[version.empty() ? "one that does not say" : version][program] += number;
  };
  for (const v1::ProcessPresence& service : system.services()) {
    if (IsPresent(service)) count(service.version(), "fleet-service", 1);
  }
  for (const v1::ProcessPresence& worker : system.workers()) {
    if (IsPresent(worker)) count(worker.version(), "fleet-worker", 1);
  }
  for (const v1::RunnerVersion& runners : system.runner_versions()) {
    count(runners.version(), "fleet-runner", runners.count());
  }
  if (programs_by_version.size() < 2) return;
  const std::string all = absl::StrJoin(programs_by_version, "; ", [](std::string* out, const auto& entry) {
    absl::StrAppend(out, entry.first, ": ",
                    absl::StrJoin(entry.second, ", ", [](std::string* list, const auto& programs) {
                      absl::StrAppend(list, programs.second, " ", programs.first);
                    }));
  });
  AddNotice(findings, absl::StrCat("several versions are at work: ", all),
            "That is fine while an upgrade is under way: services and workers first, then runners.");
}

void ExamineWorkers(const v1::GetSystemStatusResponse& system, Findings& findings) {
  if (std::any_of(system.workers().begin(), system.workers().end(), IsPresent)) return;
  std::string what = "no fleet-worker is at work";
  if (!system.workers().empty()) {
    absl::StrAppend(&what, "; the last was heard ", FormatElapsed(rpc::FromProtoDuration(system.workers(0).seen_age())),
                    " ago on ", system.workers(0).host());
  }
  AddWrong(
      findings, what,
      "Start one: until then fleets are not expanded, cancelled or retried, and what lost runners held stays lost.");
}

void ExaminePool(const v1::PoolStatus& pool, absl::Duration lease, Findings& findings) {
  const int heard = pool.live_runners() - pool.silent_runners();
  if (heard == 0 && pool.queued_tasks() + pool.active_tasks() > 0) {
    AddWrong(findings,
             absl::StrCat("pool ", pool.pool(), " has ", Plural(pool.queued_tasks(), "queued child", "queued children"),
                          ", ", pool.active_tasks(), " under way, and no runner"),
             absl::StrCat("Start a fleet-runner with --pool=", pool.pool(), "."));
  }
  if (pool.silent_runners() > 0) {
    AddWrong(findings,
             absl::StrCat(Plural(pool.silent_runners(), "runner", "runners"), " of pool ", pool.pool(),
                          " not heard for more than ", FormatElapsed(lease)),
             absl::StrCat("See whether these still run and reach a service (fleetctl runner list --pool ", pool.pool(),
                          "). A worker marks them lost, and their children run elsewhere."));
  }
  if (pool.lost_runners() > 0) {
    AddNotice(findings,
              absl::StrCat(Plural(pool.lost_runners(), "lost runner", "lost runners"), " of pool ", pool.pool()),
              "A worker is giving back what they held.");
  }
}

void ExamineRunners(const v1::GetSystemStatusResponse& system, Findings& findings) {
  const absl::Duration lease = rpc::FromProtoDuration(system.lease_duration());
  int live = 0;
  for (const v1::PoolStatus& pool : system.pools()) {
    live += pool.live_runners();
    ExaminePool(pool, lease, findings);
  }
  if (live == 0) AddWrong(findings, "there is no runner", "Start a fleet-runner: nothing can run until then.");
}

void ExamineJobs(const v1::GetSystemStatusResponse& system, Findings& findings) {
  for (const v1::JobStatus& job : system.jobs()) {
    const absl::Duration age = rpc::FromProtoDuration(job.oldest_age());
    if (job.due_count() > 0 && age > kJobIsBehind) {
      AddWrong(
          findings,
          absl::StrCat("job ", job.job(), " is behind: ", job.due_count(), " due, the oldest for ", FormatElapsed(age)),
          "See whether fleet-workers run, and what their logs say (step_failed); more of them share the work.");
    }
    if (job.failing_count() > 0) {
      AddNotice(findings, absl::StrCat("job ", job.job(), ": the last step of ", job.failing_count(), " failed"),
                "It is tried again by itself. If it stays, the logs of the fleet-workers say why (step_failed).");
    }
  }
}

}  // namespace

bool IsPresent(const v1::ProcessPresence& process) {
  return rpc::FromProtoDuration(process.seen_age()) <= kPresenceLasts;
}

std::vector<Finding> Examine(const std::vector<ServerAnswer>& answers, const std::string& version) {
  Findings findings;
  for (const ServerAnswer& answer : answers) ExamineAnswer(answer, version, findings);
  // All services see one database: what is in it is told once.
  const v1::GetSystemStatusResponse* system = BestAnswer(answers);
  if (system != nullptr && system->database().reachable()) {
    ExamineWorkers(*system, findings);
    ExamineRunners(*system, findings);
    ExamineJobs(*system, findings);
    ExamineVersions(*system, findings);
  }
  std::stable_partition(findings.begin(), findings.end(),
                        [](const Finding& finding) { return finding.kind == Finding::Kind::kWrong; });
  return findings;
}

bool AnythingWrong(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.kind == Finding::Kind::kWrong; });
}

}  // namespace fleet::cli
