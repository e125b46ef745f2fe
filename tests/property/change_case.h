// One random case for what a task's change is: a repository, what the operator configured, and what a step does in it.
#ifndef FLEET_TESTS_PROPERTY_CHANGE_CASE_H_
#define FLEET_TESTS_PROPERTY_CHANGE_CASE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace fleet::testing {

// As stored, whatever the attributes say about it.
struct StoredFile {
  std::string path;
  std::string mode;     // as git writes it: "100644"
  std::string content;  // a link's target; a submodule's commit
};

struct ChangeCase {
  uint64_t seed = 0;
  std::vector<StoredFile> files;
  std::string filters;   // of the operator's configuration
  std::string endings;   // more of it, which must have no effect: only attributes say how files are stored
  std::string excludes;  // what its "core.excludesFile" says
  // Of a shell, one after the other; one that fails does not end the step.
  std::vector<std::string> operations;
};

// The same for the same seed.
ChangeCase MakeChangeCase(uint64_t seed);

// The step: /bin/sh.
std::string StepScript(const ChangeCase& change);
// For git fast-import: one commit without parents on `ref`.
std::string ImportStream(const ChangeCase& change, absl::string_view ref);
// For people.
std::string Describe(const ChangeCase& change);

// `text` as one word of a shell.
std::string ShellWord(absl::string_view text);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_CHANGE_CASE_H_
