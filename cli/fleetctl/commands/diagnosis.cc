#include "cli/fleetctl/commands/diagnosis.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cli/fleetctl/commands/failure_groups.h"
#include "cli/fleetctl/commands/fleet_explanation.h"
#include "cli/fleetctl/commands/page_reader.h"
#include "cli/fleetctl/output/fleet_summary.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/status/status_macros.h"
#include "fleet/v1/admin_service.grpc.pb.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::cli {
namespace {

using AdminCalls = v1::AdminService::Stub;
using FleetCalls = v1::FleetService::Stub;

// Of each list. What a report needs is at its beginning.
constexpr int kMostEntries = 1000;

constexpr char kContents[] =
    "doctor.txt, doctor.json      how services, database, workers and runners stand, versions and clocks\n"
    "status.txt, status.json      the fleet as it stands\n"
    "explain.txt                  what keeps it from going on, and what bears on that\n"
    "failures.json                what failed, by cause\n"
    "tasks.json                   children that failed, then those under way\n"
    "attempts/ORDINAL.json        every attempt on one of these\n"
    "logs/ORDINAL-ATTEMPT.log     the end of an attempt's log\n"
    "limits.json, audit.json      limits in force; what operators did to the fleet\n"
    "runners.json                 runners that are there\n";

// Children in one of `states`, until `tasks` has so many.
absl::Status TakeChildren(const std::string& fleet_id, const std::vector<v1::TaskState>& states,
                          v1::ListFleetTasksResponse& tasks, CommandContext& context) {
  v1::ListFleetTasksRequest request;
  request.set_fleet_id(fleet_id);
  request.mutable_states()->Assign(states.begin(), states.end());
  request.set_page_size(kMostEntries);
  return ReadPages<v1::FleetService, FleetCalls, v1::ListFleetTasksRequest, v1::ListFleetTasksResponse>(
      context.client, &FleetCalls::ListFleetTasks, request, [&tasks](const v1::ListFleetTasksResponse& page) {
        for (const v1::Task& task : page.tasks()) {
          if (tasks.tasks_size() < kMostEntries) *tasks.add_tasks() = task;
        }
        return tasks.tasks_size() < kMostEntries;
      });
}

}  // namespace

absl::Status Diagnosis::Collect(v1::GetFleetResponse fleet) {
  const std::string fleet_id = fleet.fleet().fleet_id();
  // Before anything is written: what is a secret may stand anywhere.
  masker_.LearnFrom(fleet);
  report_ = MakeDoctorReport(context_);
  FLEET_RETURN_IF_ERROR(AddSystem());
  FLEET_RETURN_IF_ERROR(AddFleet(fleet));
  FLEET_RETURN_IF_ERROR(AddExplanation(fleet.fleet()));
  FLEET_RETURN_IF_ERROR(AddFailures(fleet_id));
  FLEET_RETURN_IF_ERROR(AddChildren(fleet_id));
  FLEET_RETURN_IF_ERROR(AddLimits());
  FLEET_RETURN_IF_ERROR(AddAudit(fleet_id));
  FLEET_RETURN_IF_ERROR(AddRunners());
  return AddReadme(fleet_id);
}

absl::Status Diagnosis::AddSystem() {
  std::ostringstream text;
  PrintDoctorReport(report_, Terminal(), text);
  FLEET_RETURN_IF_ERROR(AddText("doctor.txt", text.str()));
  return AddText("doctor.json", DoctorReportAsJson(report_));
}

absl::Status Diagnosis::AddFleet(v1::GetFleetResponse& fleet) {
  FLEET_RETURN_IF_ERROR(AddMessage("status.json", fleet));
  return AddText("status.txt",
                 absl::StrCat(SummarizeFleet(fleet.fleet(), context_.environment.clock.TimeNow(), Terminal()),
                              SummarizeGenerations(fleet.generations(), Terminal())));
}

absl::Status Diagnosis::AddExplanation(const v1::Fleet& fleet) {
  return AddText("explain.txt", ExplainFleet(fleet, BestAnswer(report_.answers)));
}

absl::Status Diagnosis::AddFailures(const std::string& fleet_id) {
  auto groups = ListFailureGroups(fleet_id, context_);
  if (!groups.ok()) return Miss("failures", groups.status());
  return AddMessage("failures.json", *groups);
}

absl::Status Diagnosis::AddChildren(const std::string& fleet_id) {
  v1::ListFleetTasksResponse tasks;
  absl::Status status = TakeChildren(fleet_id, {v1::TASK_STATE_FAILED, v1::TASK_STATE_TIMED_OUT}, tasks, context_);
  if (status.ok()) {
    status = TakeChildren(fleet_id,
                          {v1::TASK_STATE_SUBMITTED, v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING,
                           v1::TASK_STATE_AWAITING_APPROVAL, v1::TASK_STATE_FINALIZING},
                          tasks, context_);
  }
  if (!status.ok()) FLEET_RETURN_IF_ERROR(Miss("tasks", status));
  const int with_attempts = std::min(tasks.tasks_size(), repositories_);
  for (int i = 0; i < with_attempts; ++i) FLEET_RETURN_IF_ERROR(AddAttempts(tasks.tasks(i)));
  return AddMessage("tasks.json", tasks);
}

absl::Status Diagnosis::AddAttempts(const v1::Task& task) {
  v1::ListTaskAttemptsRequest request;
  request.set_fleet_id(task.fleet_id());
  request.set_repo(task.repo());
  request.set_include_logs(true);
  auto attempts = context_.client.Call<v1::FleetService>(&FleetCalls::ListTaskAttempts, request);
  if (!attempts.ok()) return Miss(absl::StrCat("attempts on ", task.repo()), attempts.status());
  for (v1::TaskAttempt& attempt : *attempts->mutable_attempts()) {
    if (!attempt.log_tail().empty()) {
      FLEET_RETURN_IF_ERROR(AddText(absl::StrCat("logs/", task.ordinal(), "-", attempt.attempt(), ".log"),
                                    SanitizeText(attempt.log_tail())));
    }
    attempt.clear_log_tail();
  }
  return AddMessage(absl::StrCat("attempts/", task.ordinal(), ".json"), *attempts);
}

absl::Status Diagnosis::AddLimits() {
  auto limits = context_.client.Call<v1::AdminService>(&AdminCalls::ListLimits, v1::ListLimitsRequest());
  if (!limits.ok()) return Miss("limits", limits.status());
  return AddMessage("limits.json", *limits);
}

absl::Status Diagnosis::AddAudit(const std::string& fleet_id) {
  v1::ListAuditEventsRequest request;
  request.set_fleet_id(fleet_id);
  request.set_page_size(kMostEntries);
  auto events = context_.client.Call<v1::AdminService>(&AdminCalls::ListAuditEvents, request);
  if (!events.ok()) return Miss("the audit log", events.status());
  return AddMessage("audit.json", *events);
}

absl::Status Diagnosis::AddRunners() {
  v1::ListRunnersRequest request;
  request.set_page_size(kMostEntries);
  auto runners = context_.client.Call<v1::AdminService>(&AdminCalls::ListRunners, request);
  if (!runners.ok()) return Miss("runners", runners.status());
  return AddMessage("runners.json", *runners);
}

absl::Status Diagnosis::AddReadme(const std::string& fleet_id) {
  std::string text = absl::StrCat(
      "Fleet ", fleet_id, ", by fleetctl ", report_.version, " at ",
      absl::FormatTime("%Y-%m-%d %H:%M:%SZ", context_.environment.clock.TimeNow(), absl::UTCTimeZone()), "\n\n",
      kContents,
      "\nValues of parameters, credentials in URLs and what commonly looks like a secret are written as ***. Names of\n"
      "repositories, users and machines, the task's text and the words of steps are in it: look before you pass it "
      "on.\n");
  if (!problems_.empty()) text += "\nNot in it:\n";
  for (const std::string& problem : problems_) absl::StrAppend(&text, "- ", SanitizeLine(problem), "\n");
  return AddText("README.txt", text);
}

absl::Status Diagnosis::AddMessage(const std::string& name, google::protobuf::Message& message) {
  masker_.MaskMessage(message);
  return bundle_.Add(name, ToJson(message, JsonStyle::kPretty));
}

absl::Status Diagnosis::AddText(const std::string& name, const std::string& text) {
  return bundle_.Add(name, masker_.Mask(text));
}

absl::Status Diagnosis::Miss(const std::string& what, const absl::Status& status) {
  if (context_.environment.interruption.raised()) return status;
  problems_.push_back(absl::StrCat(what, ": ", std::string(status.message())));
  return absl::OkStatus();
}

}  // namespace fleet::cli
