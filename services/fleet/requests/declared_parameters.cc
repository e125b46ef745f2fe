#include "services/fleet/requests/declared_parameters.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/domain/text.h"
#include "common/status/status_macros.h"
#include "common/store/catalog_store.h"
#include "services/fleet/requests/violations.h"
#include "services/fleet/requests/workflow_requests.h"

namespace fleet::service {
namespace {

// Names reach a step in upper case, so that case does not tell them apart.
template <typename Parameters>
bool Has(const Parameters& parameters, const std::string& name) {
  return std::any_of(parameters.begin(), parameters.end(),
                     [&](const auto& entry) { return absl::EqualsIgnoreCase(entry.first, name); });
}

bool IsAmong(const std::vector<std::string>& names, const std::string& name) {
  return std::any_of(names.begin(), names.end(),
                     [&](const std::string& one) { return absl::EqualsIgnoreCase(one, name); });
}

// "acme/one, acme/two, acme/three and 5 more"
class FewRepos {
 public:
  void Add(const std::string& repo) {
    if (++count_ <= kNamed) named_.push_back(repo);
  }
  std::string Words() const {
    const std::string more = count_ > kNamed ? absl::StrCat(" and ", count_ - kNamed, " more") : "";
    return absl::StrCat(absl::StrJoin(named_, ", "), more);
  }

 private:
  static constexpr std::size_t kNamed = 3;
  std::vector<std::string> named_;
  std::size_t count_ = 0;
};

class Declaration {
 public:
  explicit Declaration(const v1::Workflow& workflow)
      : workflow_(absl::StrCat(workflow.workflow_ref(), "@", workflow.version())),
        parameters_(workflow.parameters().begin(), workflow.parameters().end()) {}

  template <typename Parameters>
  void CheckGiven(const std::string& field, const Parameters& given, Violations& violations) const {
    for (const auto& [name, value] : given) {
      if (Has(parameters_, name)) continue;
      violations.Add(Entry(field, name), absl::StrCat("is not declared by workflow ", workflow_, ", which takes ",
                                                      absl::StrJoin(Names(), ", ")));
    }
  }

  // Parameters that targets have of their own. `missing`: the required ones that the fleet lacks.
  template <typename Targets>
  void CheckTargets(const Targets& targets, const std::vector<std::string>& missing, Violations& violations) const {
    for (int i = 0; i < targets.size(); ++i) {
      const auto& own = targets[i].parameters();
      const std::string field = absl::StrCat("targets[", i, "].parameters");
      CheckGiven(field, own, violations);
      for (const std::string& name : missing) {
        if (!Has(own, name)) AddMissing(field, name, "", violations);
      }
    }
  }

  // The required ones that are not among `given`.
  template <typename Parameters>
  std::vector<std::string> MissingFrom(const Parameters& given) const {
    std::vector<std::string> missing;
    for (const auto& [name, parameter] : parameters_) {
      if (parameter.required() && !Has(given, name)) missing.push_back(name);
    }
    return missing;
  }

  // `of_whom`: empty, or who lacks it.
  void AddMissing(const std::string& field, const std::string& name, const std::string& of_whom,
                  Violations& violations) const {
    const std::string& description = parameters_.at(name).description();
    violations.Add(Entry(field, name), absl::StrCat("is required by workflow ", workflow_,
                                                    description.empty() ? "" : ": ", description, of_whom));
  }

  // What children that go again have of their own cannot be changed: only the fleet's parameters and its workflow can.
  absl::Status CheckRetried(const store::ReadRetried& read, const std::vector<std::string>& missing,
                            Violations& violations) const {
    std::map<std::string, FewRepos> lacking;
    std::map<std::string, FewRepos> undeclared;
    FLEET_RETURN_IF_ERROR(read([&](const store::RetriedChild& child) {
      for (const std::string& name : missing) {
        if (!IsAmong(child.parameter_names, name)) lacking[name].Add(child.repo);
      }
      for (const std::string& name : child.parameter_names) {
        if (!Has(parameters_, name)) undeclared[name].Add(child.repo);
      }
    }));
    for (const auto& [name, repos] : lacking) {
      AddMissing("amendment.parameters", name, absl::StrCat("; ", repos.Words(), " without one of their own"),
                 violations);
    }
    for (const auto& [name, repos] : undeclared) {
      violations.Add("amendment.workflow_ref",
                     absl::StrCat("does not declare parameter ", domain::KeepHead(name, 64), ", which ", repos.Words(),
                                  " got at submission: ", workflow_, " takes ", absl::StrJoin(Names(), ", ")));
    }
    return absl::OkStatus();
  }

 private:
  static std::string Entry(const std::string& field, const std::string& name) {
    return absl::StrCat(field, "[", domain::KeepHead(name, 64), "]");
  }
  std::vector<std::string> Names() const {
    std::vector<std::string> names;
    names.reserve(parameters_.size());
    for (const auto& [name, parameter] : parameters_) names.push_back(name);
    return names;
  }

  const std::string workflow_;
  const std::map<std::string, v1::WorkflowParameter> parameters_;  // in the order of names
};

// Most declare nothing, and then the definition, which may hold long scripts, need not be read.
bool MayDeclare(const std::string& definition) { return absl::StrContains(definition, "\"parameters\":{"); }

absl::Status ReadWorkflow(const std::string& definition, v1::Workflow& workflow) {
  store::WorkflowRecord record;
  record.definition = definition;
  return ToProto(record, workflow);
}

}  // namespace

absl::Status CheckDeclaredParameters(const std::string& definition, const v1::CreateFleetRequest& request) {
  v1::Workflow workflow;
  if (MayDeclare(definition)) FLEET_RETURN_IF_ERROR(ReadWorkflow(definition, workflow));
  if (workflow.parameters().empty()) return absl::OkStatus();
  const Declaration declaration(workflow);
  Violations violations;
  declaration.CheckGiven("parameters", request.parameters(), violations);
  const std::vector<std::string> missing = declaration.MissingFrom(request.parameters());
  const bool some_have_their_own = std::any_of(request.targets().begin(), request.targets().end(),
                                               [](const auto& target) { return !target.parameters().empty(); });
  // Who lacks it may be among the targets that are yet to come.
  const bool are_judged_each = some_have_their_own || (request.open_targets() && request.targets().empty());
  if (!are_judged_each) {
    for (const std::string& name : missing) declaration.AddMissing("parameters", name, "", violations);
    return violations.ToStatus();
  }
  declaration.CheckTargets(request.targets(), missing, violations);
  return violations.ToStatus();
}

absl::Status CheckDeclaredParameters(const std::string& definition, const domain::Parameters& parameters,
                                     const v1::AddFleetTargetsRequest& request) {
  v1::Workflow workflow;
  if (MayDeclare(definition)) FLEET_RETURN_IF_ERROR(ReadWorkflow(definition, workflow));
  if (workflow.parameters().empty()) return absl::OkStatus();
  const Declaration declaration(workflow);
  Violations violations;
  declaration.CheckTargets(request.targets(), declaration.MissingFrom(parameters), violations);
  return violations.ToStatus();
}

absl::Status CheckDeclaredParameters(const std::string& definition, const domain::Parameters& parameters,
                                     const store::ReadRetried& read) {
  v1::Workflow workflow;
  if (MayDeclare(definition)) FLEET_RETURN_IF_ERROR(ReadWorkflow(definition, workflow));
  if (workflow.parameters().empty()) return absl::OkStatus();
  const Declaration declaration(workflow);
  Violations violations;
  declaration.CheckGiven("amendment.parameters", parameters, violations);
  const std::vector<std::string> missing = declaration.MissingFrom(parameters);
  if (read == nullptr) {
    for (const std::string& name : missing) declaration.AddMissing("amendment.parameters", name, "", violations);
    return violations.ToStatus();
  }
  FLEET_RETURN_IF_ERROR(declaration.CheckRetried(read, missing, violations));
  return violations.ToStatus();
}

}  // namespace fleet::service
