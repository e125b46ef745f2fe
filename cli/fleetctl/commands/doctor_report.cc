#include "cli/fleetctl/commands/doctor_report.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/label_lines.h"
#include "cli/fleetctl/output/table_writer.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/program_help.h"
#include "common/rpc/proto_time.h"
#include "nlohmann/json.hpp"

namespace fleet::cli {
namespace {

std::string InMilliseconds(absl::Duration duration) {
  return absl::StrFormat("%.1fms", absl::ToDoubleMilliseconds(duration));
}

std::string DescribeServer(const ServerAnswer& answer) {
  if (!answer.status.ok()) return absl::StrCat(answer.address, ": no answer");
  return absl::StrCat(answer.address, ": ", answer.system.version(), ", answered in ",
                      InMilliseconds(answer.round_trip));
}

std::string DescribeDatabase(const v1::DatabaseStatus& database) {
  if (!database.reachable()) return "not reachable";
  return absl::StrCat("PostgreSQL ", database.version(), ", schema ", database.schema_version(), ", answered in ",
                      InMilliseconds(rpc::FromProtoDuration(database.round_trip())));
}

// "2 at work: 0.1.0 on build-7, 0.1.0 on build-8".
std::string DescribePresent(const google::protobuf::RepeatedPtrField<v1::ProcessPresence>& processes) {
  std::vector<std::string> present;
  for (const v1::ProcessPresence& process : processes) {
    if (!IsPresent(process)) continue;
    present.push_back(absl::StrCat(process.version().empty() ? "?" : process.version(), " on ",
                                   process.host().empty() ? "?" : process.host()));
  }
  if (present.empty()) return "none at work";
  return absl::StrCat(present.size(), " at work: ", absl::StrJoin(present, ", "));
}

std::string DescribeRunners(const v1::GetSystemStatusResponse& system) {
  int live = 0;
  for (const v1::PoolStatus& pool : system.pools()) live += pool.live_runners();
  if (live == 0) return "none";
  const std::string versions =
      absl::StrJoin(system.runner_versions(), ", ", [](std::string* out, const v1::RunnerVersion& runners) {
        absl::StrAppend(out, runners.count(), " of ", runners.version().empty() ? "?" : runners.version());
      });
  return absl::StrCat(live, " live: ", versions);
}

std::string DescribeJobs(const v1::GetSystemStatusResponse& system) {
  std::vector<std::string> due;
  for (const v1::JobStatus& job : system.jobs()) {
    if (job.due_count() > 0) due.push_back(absl::StrCat(job.due_count(), " ", job.job()));
  }
  return due.empty() ? "none due" : absl::StrCat("due: ", absl::StrJoin(due, ", "));
}

void PrintPoolTable(const v1::GetSystemStatusResponse& system, const Terminal& terminal, std::ostream& out) {
  if (system.pools().empty()) return;
  out << "\n";
  TableWriter table(out, terminal, {"POOL", "RUNNERS", "SILENT", "LOST", "SLOTS", "UNDER_WAY", "QUEUED"});
  for (const v1::PoolStatus& pool : system.pools()) {
    table.Add({pool.pool(), absl::StrCat(pool.live_runners()), absl::StrCat(pool.silent_runners()),
               absl::StrCat(pool.lost_runners()), absl::StrCat(pool.slots()), absl::StrCat(pool.active_tasks()),
               absl::StrCat(pool.queued_tasks())});
  }
  table.Flush();
}

void PrintFindings(const std::vector<Finding>& findings, const Terminal& terminal, std::ostream& out) {
  std::map<Finding::Kind, int> counts;
  for (const Finding& finding : findings) {
    const bool is_wrong = finding.kind == Finding::Kind::kWrong;
    ++counts[finding.kind];
    out << "\n"
        << (is_wrong ? terminal.Paint("WRONG", Color::kRed) : terminal.Paint("NOTICE", Color::kYellow)) << "  "
        << SanitizeLine(finding.what) << "\n  " << SanitizeLine(finding.remedy) << "\n";
  }
  const int wrong = counts[Finding::Kind::kWrong];
  out << "\n" << (wrong == 0 ? "Nothing is wrong" : Plural(wrong, "thing is wrong", "things are wrong"));
  if (counts[Finding::Kind::kNotice] > 0) out << ", " << counts[Finding::Kind::kNotice] << " to notice";
  out << ".\n";
}

nlohmann::json ServerAsJson(const ServerAnswer& answer) {
  nlohmann::json server = {{"address", answer.address}, {"reachable", answer.status.ok()}};
  if (!answer.status.ok()) {
    server["error"] = {{"code", absl::StatusCodeToString(answer.status.code())},
                       {"message", std::string(answer.status.message())}};
    return server;
  }
  server["round_trip_seconds"] = absl::ToDoubleSeconds(answer.round_trip);
  server["clock_difference_seconds"] = absl::ToDoubleSeconds(answer.clock_difference);
  server["system"] = nlohmann::json::parse(ToJson(answer.system, JsonStyle::kOneLine), nullptr, false);
  return server;
}

}  // namespace

DoctorReport MakeDoctorReport(CommandContext& context) {
  DoctorReport report;
  report.version = std::string(absl::StripPrefix(VersionText(), "fleetctl "));
  report.answers = AskServers(context);
  report.findings = Examine(report.answers, report.version);
  return report;
}

void PrintDoctorReport(const DoctorReport& report, const Terminal& terminal, std::ostream& out) {
  LabelLines lines;
  lines.Add("fleetctl", report.version);
  for (const ServerAnswer& answer : report.answers) lines.Add("Server", SanitizeLine(DescribeServer(answer)));
  const v1::GetSystemStatusResponse* system = BestAnswer(report.answers);
  if (system != nullptr) lines.Add("Database", SanitizeLine(DescribeDatabase(system->database())));
  if (system == nullptr || !system->database().reachable()) {
    out << lines.text();
    return PrintFindings(report.findings, terminal, out);
  }
  lines.Add("Services", SanitizeLine(DescribePresent(system->services())));
  lines.Add("Workers", SanitizeLine(DescribePresent(system->workers())));
  lines.Add("Runners", SanitizeLine(DescribeRunners(*system)));
  lines.Add("Jobs", SanitizeLine(DescribeJobs(*system)));
  out << lines.text();
  PrintPoolTable(*system, terminal, out);
  PrintFindings(report.findings, terminal, out);
}

std::string DoctorReportAsJson(const DoctorReport& report) {
  nlohmann::json json = {{"version", report.version}, {"ok", !AnythingWrong(report.findings)}};
  json["findings"] = nlohmann::json::array();
  for (const Finding& finding : report.findings) {
    json["findings"].push_back({{"kind", finding.kind == Finding::Kind::kWrong ? "wrong" : "notice"},
                                {"what", finding.what},
                                {"remedy", finding.remedy}});
  }
  json["servers"] = nlohmann::json::array();
  for (const ServerAnswer& answer : report.answers) json["servers"].push_back(ServerAsJson(answer));
  // Escaped to ASCII: a terminal obeys none of it.
  return json.dump(1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace fleet::cli
