// What came of a repository of the corpus, against what is expected of it.
#ifndef FLEET_TESTS_E2E_CORPUS_JUDGE_H_
#define FLEET_TESTS_E2E_CORPUS_JUDGE_H_

#include <string>
#include <vector>

#include "fleet/v1/fleet.pb.h"
#include "tests/e2e/git_origin.h"
#include "tests/support/odd_repository.h"

namespace fleet::e2e {

// A judgement of one repository after one fleet.
class CorpusJudge {
 public:
  // `task` is the fleet's child in the repository `repo` of `origin`, made as `odd` says; `branch` is the fleet's. All
  // of it must outlive the judge. Reads the repository.
  CorpusJudge(const GitOrigin& origin, const std::string& repo, const testing::OddRepository& odd, const v1::Task& task,
              std::string branch);

  // What is not as expected, a line each; empty if everything is.
  const std::vector<std::string>& mismatches() const { return mismatches_; }
  // The tree on the fleet's branch; empty if there is no such branch.
  const std::string& tree() const { return tree_; }

 private:
  void ReadBranch();
  void JudgeEnd();
  void JudgeFailure();
  void JudgeBranch();
  void JudgeChanges();
  void JudgeCheck();
  void Miss(const std::string& what);
  // Runs it in the repository, with the branches in $BRANCH and $BASE.
  std::string Shell(const std::string& script) const;

  const GitOrigin& origin_;
  const std::string& repo_;
  const testing::OddRepository& odd_;
  const testing::Expected& expected_;
  const v1::Task& task_;
  const std::string branch_;
  std::vector<std::string> mismatches_;
  std::string base_;
  std::string commit_;
  std::string tree_;
  std::string parents_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_CORPUS_JUDGE_H_
