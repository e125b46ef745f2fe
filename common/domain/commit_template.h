// Where a workflow's title and commit message take words of the submission: {{task}}, {{param.NAME}}. Pure.
#ifndef FLEET_COMMON_DOMAIN_COMMIT_TEMPLATE_H_
#define FLEET_COMMON_DOMAIN_COMMIT_TEMPLATE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/domain/workflow_rules.h"

namespace fleet::domain {

// A placeholder that nothing fills: an unknown one, or a parameter's that is not among `declared`, the names that the
// workflow declares; if it declares none, any name of a parameter is fine.
RuleProblem PlaceholderProblem(absl::string_view text, const std::vector<std::string>& declared);

// `text` with its placeholders filled in. A value becomes one line of at most 200 characters, so that it adds neither
// lines nor trailers; one that is not given is empty, and names are compared without regard to case. The first line
// has at most 200 characters. What is no placeholder stays as it stands.
std::string FillPlaceholders(absl::string_view text, absl::string_view task,
                             const std::map<std::string, std::string>& parameters);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_COMMIT_TEMPLATE_H_
