// Runs random cases through the product and through the oracle and compares the trees, path by path.
#ifndef FLEET_TESTS_PROPERTY_CHANGE_PROPERTY_H_
#define FLEET_TESTS_PROPERTY_CHANGE_PROPERTY_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/property/change_case.h"
#include "tests/property/change_oracle.h"
#include "tests/property/left_state.h"
#include "tests/property/plain_shell.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/stop_token.h"
#include "workers/task_runner/subprocess.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::testing {

class ChangeProperty {
 public:
  // Everything is made in `directory`, which exists; each case removes what it made.
  explicit ChangeProperty(std::string directory);

  // kInternal, with the case and what differs, if product and oracle part. kUnavailable if the case could not be run.
  absl::Status Check(const ChangeCase& change);
  // A case that still fails, with as few operations and files as dropping one at a time leads to.
  ChangeCase Shrink(ChangeCase failing);

  // How the cases ended: "no change", "changed", reasons for failures; and what the oracle could not decide alone.
  const std::map<std::string, int64_t>& ends() const { return ends_; }

 private:
  // What came of a case in the product.
  struct Outcome {
    absl::Status status;
    bool carried_out = true;  // false: not even the clone was made
    std::string commit;       // empty: no change
    TreeEntries tree;         // of the branch at the remote
    LeftState left;
  };

  // Makes "<place>/origin.git" and what the operator configured. Returns the base's tree.
  absl::StatusOr<TreeEntries> Prepare(const ChangeCase& change, const std::string& place) const;
  Outcome RunProduct(const ChangeCase& change, const std::string& place) const;
  absl::Status Publish(const runner::GitClone& clone, const runner::GitSettings& settings,
                       const runner::WorkBounds& bounds, Outcome& outcome) const;
  // The step once more, in a plain clone.
  absl::StatusOr<LeftState> RunPlainly(const ChangeCase& change, const std::string& place) const;
  void RunStep(const ChangeCase& change, const std::string& tree, const std::string& place) const;
  absl::Status Compare(const ChangeCase& change, const std::string& place);

  const std::string directory_;
  const runner::StopToken never_;
  const runner::Subprocess subprocess_;
  const PlainShell shell_;
  std::map<std::string, int64_t> ends_;
  int64_t count_ = 0;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_CHANGE_PROPERTY_H_
