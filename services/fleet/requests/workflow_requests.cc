#include "services/fleet/requests/workflow_requests.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/commit_template.h"
#include "common/domain/identifiers.h"
#include "common/domain/program_rules.h"
#include "common/domain/text.h"
#include "common/domain/workflow_rules.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

using domain::RuleProblem;
using Words = google::protobuf::RepeatedPtrField<std::string>;

void CheckField(const std::string& field, const RuleProblem& problem, Violations& violations) {
  if (problem.empty()) return;
  violations.Add(field, problem.at == 0 ? problem.what : absl::StrCat("line ", problem.at, ": ", problem.what));
}

void CheckWords(const std::string& field, const RuleProblem& problem, Violations& violations) {
  violations.AddProblem(problem.at == 0 ? field : absl::StrCat(field, "[", problem.at - 1, "]"), problem.what);
}

std::vector<std::string> ToVector(const Words& words) { return {words.begin(), words.end()}; }

void CheckProgram(const std::string& field, const v1::WorkflowStep& step, Violations& violations) {
  if (step.command().empty() == step.script().empty()) violations.Add(field, "needs either command or script");
  if (step.script().empty() && !step.interpreter().empty()) {
    violations.Add(field + ".interpreter", "is only for a script");
  }
  const std::vector<std::string> interpreter = ToVector(step.interpreter());
  if (!step.script().empty()) {
    CheckField(field + ".script", domain::ScriptProblem(step.script(), interpreter), violations);
  }
  CheckWords(field + ".command", domain::CommandProblem(ToVector(step.command())), violations);
  CheckWords(field + ".interpreter", domain::InterpreterProblem(interpreter), violations);
}

void CheckStep(const std::string& field, const v1::WorkflowStep& step, std::set<std::string>& names,
               Violations& violations) {
  const RuleProblem name_problem = domain::StepNameProblem(step.name());
  CheckField(field + ".name", name_problem, violations);
  if (name_problem.empty() && !names.insert(step.name()).second) {
    violations.Add(field + ".name", "is the name of an earlier step");
  }
  CheckProgram(field, step, violations);
  for (const auto& [name, value] : step.environment()) {
    const std::string entry = absl::StrCat(field, ".environment[", domain::KeepHead(name, 64), "]");
    violations.AddProblem(entry, domain::VariableNameProblem(name).what);
    violations.AddProblem(entry, domain::VariableValueProblem(name, value).what);
  }
  if (step.has_timeout()) {
    CheckField(field + ".timeout", domain::StepTimeoutProblem(rpc::FromProtoDuration(step.timeout())), violations);
  }
}

void CheckVersion(const v1::Workflow& workflow, Violations& violations) {
  const auto ref = domain::WorkflowRef::Parse(workflow.workflow_ref());
  if (!ref.has_value() || !ref->version.empty()) {
    violations.Add("workflow.workflow_ref", "must be \"<domain>/<name>-v<major>\"");
  }
  if (!domain::WorkflowVersion::Parse(workflow.version()).has_value()) {
    violations.Add("workflow.version", "must be \"<major>.<minor>.<patch>\"");
  } else if (ref.has_value() &&
             !domain::WorkflowRef::Parse(absl::StrCat(ref->name, "@", workflow.version())).has_value()) {
    violations.Add("workflow.version", "its major differs from workflow_ref's");
  }
}

void CheckDeclaredParameters(const v1::Workflow& workflow, Violations& violations) {
  if (workflow.parameters().size() > domain::kMaxWorkflowParameters) {
    violations.Add("workflow.parameters", "has more than 50 entries");
  }
  std::map<std::string, std::string> folded;
  for (const auto& [name, parameter] : workflow.parameters()) {
    const std::string entry = absl::StrCat("workflow.parameters[", domain::KeepHead(name, 64), "]");
    CheckField(entry, domain::ParameterNameProblem(name), violations);
    const auto [other, is_new] = folded.emplace(absl::AsciiStrToUpper(name), name);
    if (!is_new) violations.Add(entry, absl::StrCat("differs from ", other->second, " only by case"));
    CheckField(entry + ".description", domain::DescriptionProblem(parameter.description()), violations);
  }
}

void CheckPlaceholders(const v1::Workflow& workflow, Violations& violations) {
  std::vector<std::string> declared;
  for (const auto& [name, parameter] : workflow.parameters()) declared.push_back(name);
  std::sort(declared.begin(), declared.end());
  CheckField("workflow.title", domain::PlaceholderProblem(workflow.title(), declared), violations);
  CheckField("workflow.commit.message", domain::PlaceholderProblem(workflow.commit().message(), declared), violations);
}

// A field that is empty is one that was not given.
void CheckCommit(const v1::Workflow& workflow, Violations& violations) {
  const v1::WorkflowCommit& commit = workflow.commit();
  const bool is_given = !commit.author_name().empty() || !commit.author_email().empty() || !commit.message().empty();
  if (is_given && workflow.report_only()) {
    violations.Add("workflow.commit", "has no effect, as report_only is set: leave one of them out");
  }
  if (!commit.author_name().empty()) {
    CheckField("workflow.commit.author_name", domain::AuthorNameProblem(commit.author_name()), violations);
  }
  if (!commit.author_email().empty()) {
    CheckField("workflow.commit.author_email", domain::AuthorEmailProblem(commit.author_email()), violations);
  }
  if (!commit.message().empty()) {
    CheckField("workflow.commit.message", domain::CommitMessageProblem(commit.message()), violations);
  }
}

}  // namespace

absl::Status ValidateApplyWorkflow(const v1::ApplyWorkflowRequest& request) {
  Violations violations;
  const v1::Workflow& workflow = request.workflow();
  CheckVersion(workflow, violations);
  CheckField("workflow.title", domain::TitleProblem(workflow.title()), violations);
  if (workflow.steps().empty()) violations.Add("workflow.steps", "is empty");
  if (workflow.steps_size() > domain::kMaxWorkflowSteps) {
    violations.Add("workflow.steps", absl::StrCat("has ", workflow.steps_size(), " entries, more than the ",
                                                  domain::kMaxWorkflowSteps, " allowed"));
  }
  std::set<std::string> names;
  for (int i = 0; i < workflow.steps_size(); ++i) {
    CheckStep(absl::StrCat("workflow.steps[", i, "]"), workflow.steps(i), names, violations);
  }
  CheckDeclaredParameters(workflow, violations);
  if (!workflow.pool().empty()) CheckField("workflow.pool", domain::PoolNameProblem(workflow.pool()), violations);
  CheckCommit(workflow, violations);
  CheckPlaceholders(workflow, violations);
  return violations.ToStatus();
}

absl::StatusOr<store::WorkflowRecord> ToWorkflow(const v1::ApplyWorkflowRequest& request) {
  store::WorkflowRecord workflow;
  workflow.name = request.workflow().workflow_ref();
  workflow.version = *domain::WorkflowVersion::Parse(request.workflow().version());
  FLEET_ASSIGN_OR_RETURN(workflow.definition, ToDefinition(request.workflow()));
  return workflow;
}

absl::StatusOr<std::string> ToDefinition(const v1::Workflow& workflow) {
  v1::Workflow content = workflow;
  content.clear_create_time();
  content.clear_withdraw_time();
  std::string text;
  const auto status = google::protobuf::util::MessageToJsonString(content, &text);
  if (!status.ok()) return absl::InternalError(absl::StrCat("cannot store the workflow: ", status.ToString()));
  // Protobuf leaves the order of map entries open; nlohmann::json sorts keys, so that equal workflows are equal texts.
  return nlohmann::json::parse(text).dump();
}

absl::StatusOr<store::WorkflowTerms> ToTerms(const std::string& definition) {
  store::WorkflowTerms terms;
  // Most name none, and then the definition, which may hold long scripts, need not be read.
  if (!absl::StrContains(definition, "\"pool\":\"")) return terms;
  store::WorkflowRecord record;
  record.definition = definition;
  v1::Workflow workflow;
  FLEET_RETURN_IF_ERROR(ToProto(record, workflow));
  terms.pool = workflow.pool();
  return terms;
}

absl::Status ToProto(const store::WorkflowRecord& record, v1::Workflow& proto) {
  const auto status = google::protobuf::util::JsonStringToMessage(record.definition, &proto);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("workflow ", record.name, " is stored unreadably: ", status.ToString()));
  }
  *proto.mutable_create_time() = rpc::ToProtoTime(record.created_at);
  if (record.withdrawn_at.has_value()) *proto.mutable_withdraw_time() = rpc::ToProtoTime(*record.withdrawn_at);
  return absl::OkStatus();
}

}  // namespace fleet::service
