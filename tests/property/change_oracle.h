// What the change of a step is, said once more: from bytes, with nothing but plain git, and with no regard to how the
// product does it. For every path there is one answer, or a few where nothing that is left tells them apart.
#ifndef FLEET_TESTS_PROPERTY_CHANGE_ORACLE_H_
#define FLEET_TESTS_PROPERTY_CHANGE_ORACLE_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/property/left_state.h"
#include "tests/property/plain_shell.h"

namespace fleet::testing {

struct ExpectedChange {
  // Why the change cannot be carried; empty: it can.
  std::string failure;
  // Why failing is as right as `tree` is; empty: it is not.
  std::string doubt;
  TreeEntries tree;
  // Other answers for a path of `tree` that are as right.
  std::map<std::string, std::vector<TreeEntry>> others;
};

class ChangeOracle {
 public:
  // `git_dir` is a bare repository, `objects` has the base's objects; `config` is the operator's file; `scratch` a
  // directory of its own. `shell` must outlive it.
  ChangeOracle(const PlainShell& shell, std::string git_dir, std::string objects, std::string config,
               std::string scratch);

  ExpectedChange Judge(const LeftState& state) const;

 private:
  struct Plan;

  static Plan Sort(const LeftState& state, const std::set<std::string>& same_as_staged,
                   const std::map<std::string, std::string>& filters);
  // Staged paths whose file the step's own git would store as they are staged now.
  std::set<std::string> SameAsStaged(const LeftState& state) const;
  std::map<std::string, std::string> Environment(const LeftState& state) const;
  // The filters that `paths` name in their attributes, by path.
  std::map<std::string, std::string> Filters(const LeftState& state, const std::vector<std::string>& paths) const;
  // Builds the tree: `start` with the files of `store` on top.
  ShellResult Store(const LeftState& state, const std::vector<std::string>& store) const;
  std::string UnknownFilter(const LeftState& state, const TreeEntries& tree) const;

  const PlainShell& shell_;
  const std::string git_dir_;
  const std::string objects_;
  const std::string config_;
  const std::string scratch_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_CHANGE_ORACLE_H_
