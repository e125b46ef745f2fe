// Steps that tell when they begin and wait until they may go on: a test stops the world where it wants to.
#ifndef FLEET_TESTS_E2E_STEP_GATE_H_
#define FLEET_TESTS_E2E_STEP_GATE_H_

#include <string>

namespace fleet::e2e {

class StepGate {
 public:
  // Works through files in `directory`, which it makes.
  explicit StepGate(std::string directory);

  // A script that says it has begun, waits for its gate, then runs `change`.
  std::string Script(const std::string& change) const;

  // Lets every step through, also those to come.
  void Open();
  // Lets every step in one repository through.
  void OpenFor(const std::string& repo);
  // Lets one attempt in one repository through.
  void OpenFor(const std::string& repo, int attempt);

  // The process id of an attempt's step once it has begun; empty before.
  std::string Pid(const std::string& repo, int attempt) const;
  bool HasBegun(const std::string& repo, int attempt) const { return !Pid(repo, attempt).empty(); }
  // Whether the step has begun and its process runs.
  bool IsAlive(const std::string& repo, int attempt) const;
  // Attempts that have begun, ended ones too.
  int CountBegun() const;

 private:
  const std::string directory_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_STEP_GATE_H_
