#include "cli/fleetctl/workflow_file.h"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cli/fleetctl/problem_list.h"
#include "cli/fleetctl/value_format.h"
#include "common/domain/identifiers.h"
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

class WorkflowReader {
 public:
  explicit WorkflowReader(ProblemList& problems) : problems_(problems) {}

  v1::Workflow Read(const YAML::Node& root) {
    v1::Workflow workflow;
    const Fields fields = {
        {"workflow", [&](const Value& value) { ReadReference(value, *workflow.mutable_workflow_ref()); }},
        {"version", [&](const Value& value) { ReadVersion(value, *workflow.mutable_version()); }},
        {"title", [&](const Value& value) { ReadText(value, *workflow.mutable_title()); }},
        {"steps", [&](const Value& value) { ReadSteps(value, workflow); }},
        {"commit", [&](const Value& value) { ReadCommit(value, *workflow.mutable_commit()); }},
        {"report_only", [&](const Value& value) { workflow.set_report_only(ReadBool(value)); }},
    };
    ReadMap({root, root.Mark(), "the file"}, fields, {"workflow", "version", "title", "steps"});
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
    if (!value.node.IsSequence() || value.node.size() == 0) {
      return Refuse(value.mark, "steps must be a list with at least one step");
    }
    for (const YAML::Node& node : value.node) {
      const std::string key = absl::StrCat("steps[", workflow.steps_size(), "]");
      ReadStep({node, MarkOf(node, value.mark), key}, *workflow.add_steps());
    }
  }

  void ReadStep(const Value& value, v1::WorkflowStep& step) {
    const Fields fields = {
        {"name", [&](const Value& field) { ReadText(field, *step.mutable_name()); }},
        {"command", [&](const Value& field) { ReadTexts(field, *step.mutable_command()); }},
        {"script", [&](const Value& field) { ReadText(field, *step.mutable_script()); }},
        {"interpreter", [&](const Value& field) { ReadTexts(field, *step.mutable_interpreter()); }},
        {"environment", [&](const Value& field) { ReadEnvironment(field, *step.mutable_environment()); }},
        {"timeout", [&](const Value& field) { ReadDuration(field, *step.mutable_timeout()); }},
    };
    if (!ReadMap(value, fields, {"name"})) return;
    if (value.node["command"].IsDefined() == value.node["script"].IsDefined()) {
      Refuse(value.mark, absl::StrCat(value.key, " must have either command or script"));
    }
    if (value.node["interpreter"].IsDefined() && !value.node["script"].IsDefined()) {
      Refuse(value.mark, absl::StrCat(value.key, " has an interpreter, but no script for it"));
    }
  }

  void ReadCommit(const Value& value, v1::WorkflowCommit& commit) {
    const Fields fields = {
        {"author_name", [&](const Value& field) { ReadText(field, *commit.mutable_author_name()); }},
        {"author_email", [&](const Value& field) { ReadText(field, *commit.mutable_author_email()); }},
        {"message", [&](const Value& field) { ReadText(field, *commit.mutable_message()); }},
    };
    ReadMap(value, fields, {});
  }

  // Gives every key to its reader. False if it is no map, or has a problem of its own.
  bool ReadMap(const Value& value, const Fields& fields, const std::vector<std::string>& required) {
    if (!value.node.IsMap()) {
      Refuse(value.mark, absl::StrCat(value.key, " must be a map of keys to values"));
      return false;
    }
    bool good = true;
    std::set<std::string> seen;
    for (const auto& entry : value.node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const auto field = fields.find(key);
      if (field == fields.end()) {
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
    if (value.node.IsScalar()) {
      text = value.node.Scalar();
      return true;
    }
    Refuse(value.mark, absl::StrCat(value.key, " must be text"));
    return false;
  }

  template <typename Repeated>
  void ReadTexts(const Value& value, Repeated& texts) {
    if (!value.node.IsSequence() || value.node.size() == 0) {
      return Refuse(value.mark, absl::StrCat(value.key, " must be a list with at least one element"));
    }
    for (const YAML::Node& node : value.node) {
      ReadText({node, MarkOf(node, value.mark), absl::StrCat("every element of ", value.key)}, *texts.Add());
    }
  }

  template <typename Map>
  void ReadEnvironment(const Value& value, Map& environment) {
    if (!value.node.IsMap()) return Refuse(value.mark, "environment must be a map of names to texts");
    for (const auto& entry : value.node) {
      std::string name;
      std::string text;
      if (!ReadText({entry.first, entry.first.Mark(), "every name in environment"}, name)) continue;
      const YAML::Mark mark = MarkOf(entry.second, entry.first.Mark());
      if (!ReadText({entry.second, mark, absl::StrCat("environment.", name)}, text)) continue;
      if (environment.count(name) > 0) {
        Refuse(entry.first.Mark(), absl::StrCat("environment.", name, " stands there twice"));
      }
      environment[name] = text;
    }
  }

  void ReadDuration(const Value& value, google::protobuf::Duration& duration) {
    std::string text;
    if (!ReadText(value, text)) return;
    const absl::Duration parsed = ParsePositiveDuration(text);
    if (parsed == absl::ZeroDuration()) {
      return Refuse(value.mark,
                    absl::StrCat(value.key, " must be a duration with its unit: \"90s\", \"10m\", \"1h30m\""));
    }
    duration = ToProtoDuration(parsed);
  }

  bool ReadBool(const Value& value) {
    // A quoted "true" is a text: yaml-cpp marks it with the tag "!".
    const bool plain = value.node.IsScalar() && value.node.Tag() != "!";
    if (plain && value.node.Scalar() == "true") return true;
    if (!plain || value.node.Scalar() != "false") {
      Refuse(value.mark, absl::StrCat(value.key, " must be true or false"));
    }
    return false;
  }

  void Refuse(const YAML::Mark& mark, absl::string_view problem) {
    if (mark.is_null()) return problems_.Add(1, 0, problem);
    problems_.Add(static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1, problem);
  }

  ProblemList& problems_;
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
    const bool placed = !exception.mark.is_null();
    problems.Add(placed ? static_cast<std::size_t>(exception.mark.line) + 1 : 1,
                 placed ? static_cast<std::size_t>(exception.mark.column) + 1 : 0, exception.msg);
  }
  return problems.ToStatus();
}

}  // namespace

absl::StatusOr<v1::Workflow> ParseWorkflowFile(const InputFile& file) {
  FLEET_ASSIGN_OR_RETURN(const YAML::Node root, LoadOneDocument(file));
  ProblemList problems(file.name);
  v1::Workflow workflow;
  try {
    workflow = WorkflowReader(problems).Read(root);
  } catch (const YAML::Exception& exception) {
    problems.Add(static_cast<std::size_t>(exception.mark.line) + 1, 0, exception.msg);
  }
  FLEET_RETURN_IF_ERROR(problems.ToStatus());
  return workflow;
}

}  // namespace fleet::cli
