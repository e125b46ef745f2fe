// What may stand in a workflow's fields: whatever has no effect, or cannot work, is refused before it is stored. The
// same rules serve the reader of workflow files and the service. Pure.
#ifndef FLEET_COMMON_DOMAIN_WORKFLOW_RULES_H_
#define FLEET_COMMON_DOMAIN_WORKFLOW_RULES_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/domain/character_rules.h"

namespace fleet::domain {

inline constexpr int kMaxWorkflowSteps = 50;
inline constexpr int kMaxWorkflowParameters = 50;

// What is wrong with a value, and what to write instead.
struct RuleProblem {
  std::string what;    // continues a sentence that begins with the field's name: "is blank"; empty: nothing is wrong
  std::size_t at = 0;  // the line of a text or the element of a list, from 1; 0: all of it

  bool empty() const { return what.empty(); }
};

// At most `characters`, all of which may stand in a text of this kind (character_rules.h).
RuleProblem TextProblem(absl::string_view text, std::size_t characters, TextKind kind = TextKind::kLines);

// One line of at most 200 characters with something to see on it.
RuleProblem TitleProblem(absl::string_view title);
// [A-Za-z0-9][A-Za-z0-9 ._-]{0,63}.
RuleProblem StepNameProblem(absl::string_view name);
// A variable of a step's environment: not one that Fleet, git or the shell sets.
RuleProblem VariableNameProblem(absl::string_view name);
RuleProblem VariableValueProblem(absl::string_view name, absl::string_view value);
// A parameter that a workflow declares.
RuleProblem ParameterNameProblem(absl::string_view name);
// What it means: one line of at most 200 characters, or nothing.
RuleProblem DescriptionProblem(absl::string_view description);
RuleProblem PoolNameProblem(absl::string_view name);
// From one second to the most that a task may take.
RuleProblem StepTimeoutProblem(absl::Duration timeout);

// Author and committer: git stores them exactly as written.
RuleProblem AuthorNameProblem(absl::string_view name);
RuleProblem AuthorEmailProblem(absl::string_view email);
// A message that git stores as written, but for white space at its ends, and that leaves Fleet's trailer to Fleet.
RuleProblem CommitMessageProblem(absl::string_view message);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_WORKFLOW_RULES_H_
