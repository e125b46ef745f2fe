#include "services/fleet/requests/request_names.h"

#include <string>
#include <unordered_set>

#include "absl/strings/str_cat.h"
#include "common/domain/character_rules.h"
#include "google/protobuf/descriptor.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Text for people, what has rules of its own, and what is answered entry by entry. Maps are not among them: none holds
// names alone.
constexpr const char* kJudgedElsewhere[] = {
    "fleet.v1.CreateFleetRequest.task_description",
    "fleet.v1.FleetAmendment.task_description",
    "fleet.v1.ReportTasksRequest.reports",
    "fleet.v1.Repository.clone_url",
    "fleet.v1.Workflow.title",
    "fleet.v1.WorkflowCommit.author_email",
    "fleet.v1.WorkflowCommit.author_name",
    "fleet.v1.WorkflowCommit.message",
    "fleet.v1.WorkflowStep.command",
    "fleet.v1.WorkflowStep.interpreter",
    "fleet.v1.WorkflowStep.script",
};

// By descriptor: a request may ask 100,000 times.
std::unordered_set<const FieldDescriptor*> FieldsJudgedElsewhere() {
  std::unordered_set<const FieldDescriptor*> fields;
  for (const char* name : kJudgedElsewhere) {
    fields.insert(google::protobuf::DescriptorPool::generated_pool()->FindFieldByName(name));
  }
  return fields;
}

bool IsJudgedElsewhere(const FieldDescriptor& field) {
  static const auto* const kFields = new std::unordered_set<const FieldDescriptor*>(FieldsJudgedElsewhere());
  return field.is_map() || kFields->count(&field) > 0;
}

// Where a text stands. Its path is only written down when it is needed: a request may hold 100,000.
struct Place {
  const Place* parent = nullptr;
  const FieldDescriptor* field = nullptr;
  int index = -1;  // of a repeated field

  std::string Path() const {
    const std::string before = parent == nullptr ? "" : absl::StrCat(parent->Path(), ".");
    return absl::StrCat(before, field->name(), index < 0 ? "" : absl::StrCat("[", index, "]"));
  }
};

void CheckMessage(const Message& message, const Place* parent, Violations& violations);

void CheckText(const std::string& text, const Place& place, Violations& violations) {
  const std::string problem = domain::CharacterProblem(text, domain::TextKind::kName);
  if (!problem.empty()) violations.Add(place.Path(), problem);
}

void CheckField(const Message& message, const FieldDescriptor& field, const Place* parent, Violations& violations) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_text = field.type() == FieldDescriptor::TYPE_STRING;
  if (field.is_repeated()) {
    std::string scratch;
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      const Place place{parent, &field, i};
      if (is_text) {
        CheckText(reflection.GetRepeatedStringReference(message, &field, i, &scratch), place, violations);
      } else {
        CheckMessage(reflection.GetRepeatedMessage(message, &field, i), &place, violations);
      }
    }
  } else if (is_text) {
    std::string scratch;
    CheckText(reflection.GetStringReference(message, &field, &scratch), {parent, &field}, violations);
  } else if (reflection.HasField(message, &field)) {
    const Place place{parent, &field};
    CheckMessage(reflection.GetMessage(message, &field), &place, violations);
  }
}

void CheckMessage(const Message& message, const Place* parent, Violations& violations) {
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    const bool may_hold_text =
        field.type() == FieldDescriptor::TYPE_STRING || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (may_hold_text && !IsJudgedElsewhere(field)) CheckField(message, field, parent, violations);
  }
}

}  // namespace

absl::Status CheckNames(const Message& request) {
  Violations violations;
  CheckMessage(request, nullptr, violations);
  return violations.ToStatus();
}

}  // namespace fleet::service
