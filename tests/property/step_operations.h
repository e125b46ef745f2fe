// Random things that a step does to files and with git, as commands of a shell.
#ifndef FLEET_TESTS_PROPERTY_STEP_OPERATIONS_H_
#define FLEET_TESTS_PROPERTY_STEP_OPERATIONS_H_

#include <string>
#include <vector>

#include "tests/property/case_choices.h"
#include "tests/property/change_case.h"

namespace fleet::testing {

class StepOperations {
 public:
  StepOperations(CaseChoices& choices, const std::vector<StoredFile>& files);

  // What it makes is known to the next ones.
  std::string Next();

 private:
  std::string WriteFiles();
  std::string MoveFiles();
  std::string AddFiles();
  std::string ChangeRules();
  std::string Stage();
  std::string StageByPlumbing();
  std::string Commit();
  std::string Restore();
  std::string Spoil();

  // A known path, as a word after "--", and the same for programs other than git.
  std::string Path();
  std::string File();
  std::string NewPath();
  // printf of some content, for a redirection.
  std::string Print();

  CaseChoices& choices_;
  SeededRandom& random_;
  std::vector<std::string> paths_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_STEP_OPERATIONS_H_
