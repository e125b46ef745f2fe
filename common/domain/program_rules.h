// What may stand in a step's command, script and interpreter, as workflow_rules.h says of the other fields. Pure.
#ifndef FLEET_COMMON_DOMAIN_PROGRAM_RULES_H_
#define FLEET_COMMON_DOMAIN_PROGRAM_RULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/domain/workflow_rules.h"

namespace fleet::domain {

// Program and arguments, run without a shell: a program's name that is none, or one that would do nothing, is refused.
RuleProblem CommandProblem(const std::vector<std::string>& command);
// Program and arguments to which a script's path is added; none is fine.
RuleProblem InterpreterProblem(const std::vector<std::string>& interpreter);
// A script for that interpreter; without one it is for "/bin/sh -eu". A first line "#!" is a comment to any
// interpreter, so it must name the interpreter that is given.
RuleProblem ScriptProblem(absl::string_view script, const std::vector<std::string>& interpreter);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_PROGRAM_RULES_H_
