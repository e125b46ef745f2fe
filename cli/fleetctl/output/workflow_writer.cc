#include "cli/fleetctl/output/workflow_writer.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/fleetctl/output/text_sanitizer.h"
#include "common/rpc/proto_time.h"
#include "yaml-cpp/yaml.h"

namespace fleet::cli {
namespace {

// The block style, where it keeps every line break.
bool IsBlock(const std::string& text) {
  return absl::EndsWith(text, "\n") && !absl::EndsWith(text, "\n\n") && text.front() != '\n' && text.front() != ' ' &&
         text.front() != '\t';
}

void Emit(YAML::Emitter& yaml, const std::string& text) {
  const std::string safe = SanitizeText(text);
  if (safe.find('\n') != std::string::npos && IsBlock(safe)) {
    yaml << YAML::Literal << safe;
  } else if (safe.empty() || safe.find_first_of("\n\t") != std::string::npos) {
    yaml << YAML::DoubleQuoted << safe;
  } else {
    yaml << safe;
  }
}

void EmitField(YAML::Emitter& yaml, const std::string& key, const std::string& text) {
  if (text.empty()) return;
  yaml << YAML::Key << key << YAML::Value;
  Emit(yaml, text);
}

template <typename Repeated>
void EmitList(YAML::Emitter& yaml, const std::string& key, const Repeated& texts) {
  if (texts.empty()) return;
  yaml << YAML::Key << key << YAML::Value << YAML::Flow << YAML::BeginSeq;
  for (const std::string& text : texts) yaml << YAML::DoubleQuoted << SanitizeText(text);
  yaml << YAML::EndSeq << YAML::Block;
}

void EmitParameters(YAML::Emitter& yaml, const v1::Workflow& workflow) {
  if (workflow.parameters().empty()) return;
  yaml << YAML::Key << "parameters" << YAML::Value << YAML::BeginMap;
  const std::map<std::string, v1::WorkflowParameter> sorted(workflow.parameters().begin(), workflow.parameters().end());
  for (const auto& [name, parameter] : sorted) {
    yaml << YAML::Key << SanitizeLine(name) << YAML::Value << YAML::BeginMap;
    yaml << YAML::Key << "required" << YAML::Value << parameter.required();
    EmitField(yaml, "description", parameter.description());
    yaml << YAML::EndMap;
  }
  yaml << YAML::EndMap;
}

void EmitStep(YAML::Emitter& yaml, const v1::WorkflowStep& step) {
  yaml << YAML::BeginMap;
  EmitField(yaml, "name", step.name());
  EmitList(yaml, "command", step.command());
  EmitList(yaml, "interpreter", step.interpreter());
  if (!step.environment().empty()) {
    yaml << YAML::Key << "environment" << YAML::Value << YAML::BeginMap;
    const std::map<std::string, std::string> sorted(step.environment().begin(), step.environment().end());
    for (const auto& [name, value] : sorted) {
      yaml << YAML::Key << SanitizeLine(name) << YAML::Value << YAML::DoubleQuoted << SanitizeText(value);
    }
    yaml << YAML::EndMap;
  }
  if (step.has_timeout()) {
    yaml << YAML::Key << "timeout" << YAML::Value << absl::FormatDuration(rpc::FromProtoDuration(step.timeout()));
  }
  EmitField(yaml, "script", step.script());
  yaml << YAML::EndMap;
}

}  // namespace

std::string FormatWorkflow(const v1::Workflow& workflow) {
  YAML::Emitter yaml;
  yaml << YAML::BeginMap;
  EmitField(yaml, "workflow", workflow.workflow_ref());
  EmitField(yaml, "version", workflow.version());
  EmitField(yaml, "title", workflow.title());
  if (workflow.report_only()) yaml << YAML::Key << "report_only" << YAML::Value << true;
  EmitField(yaml, "pool", workflow.pool());
  EmitParameters(yaml, workflow);
  if (workflow.has_commit()) {
    yaml << YAML::Key << "commit" << YAML::Value << YAML::BeginMap;
    EmitField(yaml, "author_name", workflow.commit().author_name());
    EmitField(yaml, "author_email", workflow.commit().author_email());
    EmitField(yaml, "message", workflow.commit().message());
    yaml << YAML::EndMap;
  }
  yaml << YAML::Key << "steps" << YAML::Value << YAML::BeginSeq;
  for (const v1::WorkflowStep& step : workflow.steps()) EmitStep(yaml, step);
  yaml << YAML::EndSeq << YAML::EndMap;
  return absl::StrCat(yaml.c_str(), "\n");
}

}  // namespace fleet::cli
