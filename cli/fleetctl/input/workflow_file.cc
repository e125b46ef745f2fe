#include "cli/fleetctl/input/workflow_file.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "cli/fleetctl/input/problem_list.h"
#include "cli/fleetctl/input/yaml_lines.h"
#include "cli/fleetctl/output/value_format.h"
#include "common/domain/commit_template.h"
#include "common/domain/identifiers.h"
#include "common/domain/program_rules.h"
#include "common/domain/text.h"
#include "common/domain/workflow_rules.h"
#include "common/rpc/proto_time.h"
#include "common/status/status_macros.h"
#include "yaml-cpp/yaml.h"

namespace fleet::cli {
namespace {

// A value of the file: the node, where it stands even if it is empty, and its key for messages.
struct Value {
  YAML::Node node;
  YAML::Mark mark;
  std::string key;
};

// yaml-cpp places an empty value at whatever comes after it: its key is the better place.
YAML::Mark MarkOf(const YAML::Node& node, const YAML::Mark& otherwise) {
  return node.IsNull() || node.Mark().is_null() ? otherwise : node.Mark();
}

using Fields = std::map<std::string, std::function<void(const Value&)>>;
using Rule = domain::RuleProblem (*)(absl::string_view);

constexpr absl::string_view kYamlTags = "tag:yaml.org,2002:";

template <typename Repeated>
std::vector<std::string> ToVector(const Repeated& texts) {
  return {texts.begin(), texts.end()};
}

class WorkflowReader {
 public:
  WorkflowReader(const YamlLines& lines, ProblemList& problems) : lines_(lines), problems_(problems) {}

  v1::Workflow Read(const YAML::Node& root) {
    v1::Workflow workflow;
    const Fields fields = {
        {"workflow", [&](const Value& value) { ReadReference(value, *workflow.mutable_workflow_ref()); }},
        {"version", [&](const Value& value) { ReadVersion(value, *workflow.mutable_version()); }},
        {"title", [&](const Value& value) { ReadText(value, *workflow.mutable_title(), domain::TitleProblem); }},
        {"steps", [&](const Value& value) { ReadSteps(value, workflow); }},
        {"commit", [&](const Value& value) { ReadCommit(value, *workflow.mutable_commit()); }},
        {"parameters", [&](const Value& value) { ReadParameters(value, *workflow.mutable_parameters()); }},
        {"pool", [&](const Value& value) { ReadText(value, *workflow.mutable_pool(), domain::PoolNameProblem); }},
        {"report_only", [&](const Value& value) { workflow.set_report_only(ReadBool(value)); }},
    };
    if (!ReadMap({root, root.Mark(), "the file"}, fields, {"workflow", "version", "title", "steps"})) return workflow;
    RefusePlaceholders(root, workflow);
    if (workflow.report_only() && workflow.has_commit()) {
      Refuse(MarkOf(root["commit"], root.Mark()),
             "commit has no effect, as report_only is true: leave one of them out");
    }
    const auto version = domain::WorkflowVersion::Parse(workflow.version());
    const auto reference = domain::WorkflowRef::Parse(workflow.workflow_ref());
    if (version.has_value() && reference.has_value() && reference->version.empty() &&
        !domain::WorkflowRef::Parse(absl::StrCat(reference->name, "@", workflow.version())).has_value()) {
      Refuse(root["version"].Mark(), "version has another major than workflow");
    }
    return workflow;
  }

 private:
  void ReadReference(const Value& value, std::string& reference) {
    if (!ReadText(value, reference)) return;
    const auto parsed = domain::WorkflowRef::Parse(reference);
    if (!parsed.has_value() || !parsed->version.empty()) {
      Refuse(value.mark, "workflow must be \"<domain>/<name>-v<major>\", in lower case and without a version");
    }
  }

  void ReadVersion(const Value& value, std::string& version) {
    if (!ReadText(value, version)) return;
    if (!domain::WorkflowVersion::Parse(version).has_value()) {
      Refuse(value.mark, "version must be \"<major>.<minor>.<patch>\"");
    }
  }

  void ReadSteps(const Value& value, v1::Workflow& workflow) {
    if (!HasOnlyTag(value, "seq")) return;
    if (!value.node.IsSequence() || value.node.size() == 0) {
      return Refuse(value.mark, "steps must be a list with at least one step");
    }
    if (value.node.size() > domain::kMaxWorkflowSteps) {
      return Refuse(value.mark, absl::StrCat("steps has ", value.node.size(), " entries, more than the ",
                                             domain::kMaxWorkflowSteps, " allowed"));
    }
    for (const YAML::Node& node : value.node) {
      const std::string key = absl::StrCat("steps[", workflow.steps_size(), "]");
      ReadStep({node, MarkOf(node, value.mark), key}, *workflow.add_steps());
    }
  }

  void ReadStep(const Value& value, v1::WorkflowStep& step) {
    Value command;
    Value script;
    Value interpreter;
    bool has_text = false;
    const Fields fields = {
        {"name", [&](const Value& field) { ReadStepName(field, *step.mutable_name()); }},
        {"command", [&](const Value& field) { ReadTexts(command = field, *step.mutable_command()); }},
        {"script", [&](const Value& field) { has_text = ReadText(script = field, *step.mutable_script()); }},
        {"interpreter", [&](const Value& field) { ReadTexts(interpreter = field, *step.mutable_interpreter()); }},
        {"environment", [&](const Value& field) { ReadEnvironment(field, *step.mutable_environment()); }},
        {"timeout", [&](const Value& field) { ReadTimeout(field, *step.mutable_timeout()); }},
    };
    if (!ReadMap(value, fields, {"name"})) return;
    if (command.key.empty() == script.key.empty()) {
      Refuse(value.mark, absl::StrCat(value.key, " must have either command or script"));
    }
    if (!interpreter.key.empty() && script.key.empty()) {
      Refuse(value.mark, absl::StrCat(value.key, " has an interpreter, but no script for it"));
    }
    const std::vector<std::string> program = ToVector(step.interpreter());
    RefuseElement(command, domain::CommandProblem(ToVector(step.command())));
    RefuseElement(interpreter, domain::InterpreterProblem(program));
    if (has_text) Refuse(script, domain::ScriptProblem(step.script(), program));
  }

  void ReadStepName(const Value& value, std::string& name) {
    if (!ReadText(value, name, domain::StepNameProblem)) return;
    if (!step_names_.insert(name).second) Refuse(value.mark, "name is the name of an earlier step");
  }

  // Which there are is known when all of the file is read.
  void RefusePlaceholders(const YAML::Node& root, const v1::Workflow& workflow) {
    std::vector<std::string> declared;
    for (const auto& [name, parameter] : workflow.parameters()) declared.push_back(name);
    std::sort(declared.begin(), declared.end());
    if (!workflow.title().empty()) {
      Refuse({root["title"], root["title"].Mark(), "title"}, domain::PlaceholderProblem(workflow.title(), declared));
    }
    if (workflow.commit().message().empty()) return;
    const YAML::Node message = root["commit"]["message"];
    Refuse({message, message.Mark(), "message"}, domain::PlaceholderProblem(workflow.commit().message(), declared));
  }

  template <typename Map>
  void ReadParameters(const Value& value, Map& parameters) {
    if (!HasOnlyTag(value, "map")) return;
    if (!value.node.IsMap()) return Refuse(value.mark, "parameters must be a map of names to what is said of them");
    if (value.node.size() == 0) return Refuse(value.mark, "parameters is empty: leave it out");
    if (value.node.size() > domain::kMaxWorkflowParameters) {
      return Refuse(value.mark, absl::StrCat("parameters has ", value.node.size(), " entries, more than the ",
                                             domain::kMaxWorkflowParameters, " allowed"));
    }
    std::map<std::string, std::string> folded;
    for (const auto& entry : value.node) {
      const Value key = {entry.first, entry.first.Mark(), "every name in parameters"};
      std::string name;
      if (!ReadText(key, name)) continue;
      const std::string path = absl::StrCat("parameters.", domain::KeepHead(name, 64));
      Refuse({entry.first, key.mark, path}, domain::ParameterNameProblem(name));
      const auto [other, is_new] = folded.emplace(absl::AsciiStrToUpper(name), name);
      if (!is_new) Refuse(key.mark, absl::StrCat(path, " is the name of an earlier one, but for the case"));
      ReadParameter({entry.second, MarkOf(entry.second, key.mark), path}, parameters[name]);
    }
  }

  void ReadParameter(const Value& value, v1::WorkflowParameter& parameter) {
    const Fields fields = {
        {"required", [&](const Value& field) { parameter.set_required(ReadBool(field)); }},
        {"description",
         [&](const Value& field) { ReadText(field, *parameter.mutable_description(), domain::DescriptionProblem); }},
    };
    ReadMap(value, fields, {});
  }

  void ReadCommit(const Value& value, v1::WorkflowCommit& commit) {
    const auto text = [&](std::string* target, Rule rule) {
      return [this, target, rule](const Value& field) { ReadText(field, *target, rule); };
    };
    const Fields fields = {
        {"author_name", text(commit.mutable_author_name(), domain::AuthorNameProblem)},
        {"author_email", text(commit.mutable_author_email(), domain::AuthorEmailProblem)},
        {"message", text(commit.mutable_message(), domain::CommitMessageProblem)},
    };
    if (ReadMap(value, fields, {}) && value.node.size() == 0) Refuse(value.mark, "commit is empty: leave it out");
  }

  // Gives every key to its reader. False if it is no map, or has a problem of its own.
  bool ReadMap(const Value& value, const Fields& fields, const std::vector<std::string>& required) {
    if (!HasOnlyTag(value, "map")) return false;
    if (!value.node.IsMap()) {
      Refuse(value.mark, absl::StrCat(value.key, " must be a map of keys to values"));
      return false;
    }
    bool good = true;
    std::set<std::string> seen;
    for (const auto& entry : value.node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const auto field = fields.find(key);
      if (!HasOnlyTag({entry.first, entry.first.Mark(), ""}, "str")) {
        good = false;
      } else if (key == "<<") {
        Refuse(entry.first.Mark(), "merge keys (\"<<\") are not supported: repeat the keys");
        good = false;
      } else if (field == fields.end()) {
        Refuse(entry.first.Mark(), absl::StrCat("unknown key \"", key, "\" in ", value.key));
        good = false;
      } else if (!seen.insert(key).second) {
        Refuse(entry.first.Mark(), absl::StrCat("key \"", key, "\" stands there twice"));
        good = false;
      } else {
        field->second({entry.second, MarkOf(entry.second, entry.first.Mark()), key});
      }
    }
    for (const std::string& key : required) {
      if (seen.count(key) == 0) Refuse(value.mark, absl::StrCat(value.key, " lacks the key \"", key, "\""));
    }
    return good;
  }

  // A number or a truth value stands for its own text: `command: [sleep, 5]`.
  bool ReadText(const Value& value, std::string& text) {
    if (!HasOnlyTag(value, "str")) return false;
    if (value.node.IsScalar()) {
      text = value.node.Scalar();
      return true;
    }
    Refuse(value.mark, absl::StrCat(value.key, " must be text"));
    return false;
  }

  bool ReadText(const Value& value, std::string& text, Rule rule) {
    if (!ReadText(value, text)) return false;
    const domain::RuleProblem problem = rule(text);
    Refuse(value, problem);
    return problem.empty();
  }

  template <typename Repeated>
  void ReadTexts(const Value& value, Repeated& texts) {
    if (!HasOnlyTag(value, "seq")) return;
    if (!value.node.IsSequence() || value.node.size() == 0) {
      return Refuse(value.mark, absl::StrCat(value.key, " must be a list with at least one element"));
    }
    for (const YAML::Node& node : value.node) {
      ReadText({node, MarkOf(node, value.mark), absl::StrCat("every element of ", value.key)}, *texts.Add());
    }
  }

  template <typename Map>
  void ReadEnvironment(const Value& value, Map& environment) {
    if (!HasOnlyTag(value, "map")) return;
    if (!value.node.IsMap()) return Refuse(value.mark, "environment must be a map of names to texts");
    if (value.node.size() == 0) return Refuse(value.mark, "environment is empty: leave it out");
    for (const auto& entry : value.node) {
      std::string name;
      std::string text;
      if (!ReadText({entry.first, entry.first.Mark(), "every name in environment"}, name)) continue;
      const Value field = {entry.second, MarkOf(entry.second, entry.first.Mark()),
                           absl::StrCat("environment.", domain::KeepHead(name, 64))};
      Refuse({entry.first, entry.first.Mark(), field.key}, domain::VariableNameProblem(name));
      if (!ReadText(field, text)) continue;
      if (environment.count(name) > 0) Refuse(entry.first.Mark(), absl::StrCat(field.key, " stands there twice"));
      Refuse(field, domain::VariableValueProblem(name, text));
      environment[name] = text;
    }
  }

  void ReadTimeout(const Value& value, google::protobuf::Duration& duration) {
    std::string text;
    if (!ReadText(value, text)) return;
    const absl::Duration parsed = ParsePositiveDuration(text);
    if (parsed == absl::ZeroDuration()) {
      return Refuse(value.mark,
                    absl::StrCat(value.key, " must be a duration with its unit: \"90s\", \"10m\", \"1h30m\", \"1d\""));
    }
    Refuse(value, domain::StepTimeoutProblem(parsed));
    duration = rpc::ToProtoDuration(parsed);
  }

  bool ReadBool(const Value& value) {
    if (!HasOnlyTag(value, "")) return false;
    // A quoted "true" is a text: yaml-cpp marks it with the tag "!".
    const bool plain = value.node.IsScalar() && value.node.Tag() != "!";
    if (plain && value.node.Scalar() == "true") return true;
    if (!plain || value.node.Scalar() != "false") {
      Refuse(value.mark, absl::StrCat(value.key, " must be true or false"));
    }
    return false;
  }

  // A tag asks for something that is not done: a file to be included, bytes to be decoded. Only the one of YAML's own
  // that says what is expected anyway is fine.
  bool HasOnlyTag(const Value& value, absl::string_view expected) {
    const std::string& tag = value.node.Tag();
    if (tag.empty() || tag == "?" || tag == "!") return true;
    absl::string_view name = tag;
    const bool of_yaml = absl::ConsumePrefix(&name, kYamlTags);
    if (of_yaml && name == expected) return true;
    Refuse(value.mark, absl::StrCat("the tag ", of_yaml ? "!!" : "", domain::KeepHead(std::string(name), 64),
                                    " has no effect: leave it out"));
    return false;
  }

  void Refuse(const Value& value, const domain::RuleProblem& problem) {
    if (problem.empty()) return;
    const YamlLines::Place place = lines_.InText(value.mark, problem.at);
    problems_.Add(place.line, place.column, absl::StrCat(value.key, " ", problem.what));
  }

  // The same, where the problem is an element's of a list.
  void RefuseElement(const Value& list, const domain::RuleProblem& problem) {
    if (problem.empty()) return;
    if (problem.at == 0) return Refuse(list, problem);
    const Value element = {list.node[problem.at - 1], list.mark, absl::StrCat(list.key, "[", problem.at - 1, "]")};
    Refuse(MarkOf(element.node, list.mark), absl::StrCat(element.key, " ", problem.what));
  }

  void Refuse(const YAML::Mark& mark, absl::string_view problem) {
    const YamlLines::Place place = lines_.At(mark);
    problems_.Add(place.line, place.column, problem);
  }

  const YamlLines& lines_;
  ProblemList& problems_;
  std::set<std::string> step_names_;
};

// yaml-cpp reports by exceptions; they end here.
absl::StatusOr<YAML::Node> LoadOneDocument(const InputFile& file) {
  ProblemList problems(file.name);
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(file.text);
    if (documents.size() == 1) return documents.front();
    const std::string count = documents.empty() ? "is empty" : absl::StrCat("holds ", documents.size(), " documents");
    return absl::InvalidArgumentError(absl::StrCat(file.name, ": ", count, ", where one workflow is expected"));
  } catch (const YAML::Exception& exception) {
    const YamlLines lines(file.text);
    const YamlLines::Place place = lines.At(exception.mark);
    const bool tab = lines.IsIndentedWithTab(exception.mark);
    problems.Add(place.line, place.column, tab ? "a tab, where YAML indents with spaces" : exception.msg);
  }
  return problems.ToStatus();
}

}  // namespace

absl::StatusOr<v1::Workflow> ParseWorkflowFile(const InputFile& file) {
  FLEET_RETURN_IF_ERROR(CheckCharacters(file));
  FLEET_ASSIGN_OR_RETURN(const YAML::Node root, LoadOneDocument(file));
  const YamlLines lines(file.text);
  ProblemList problems(file.name);
  v1::Workflow workflow;
  try {
    workflow = WorkflowReader(lines, problems).Read(root);
  } catch (const YAML::Exception& exception) {
    problems.Add(lines.At(exception.mark).line, 0, exception.msg);
  }
  FLEET_RETURN_IF_ERROR(problems.ToStatus());
  return workflow;
}

}  // namespace fleet::cli
