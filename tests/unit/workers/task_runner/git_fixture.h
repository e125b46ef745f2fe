// Real bare git repositories for one test.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_GIT_FIXTURE_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_GIT_FIXTURE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/clock/clock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/test_directory.h"
#include "workers/task_runner/output_tail.h"
#include "workers/task_runner/subprocess.h"

namespace fleet::runner {

class GitFixture {
 public:
  // Runs git with no configuration of the host's; fails the test unless it succeeds. Returns its output.
  std::string Git(const std::string& directory, std::vector<std::string> arguments) {
    ProcessSpec spec;
    spec.argv = {"git"};
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    spec.environment = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                        {"HOME", directory_.path()},
                        {"GIT_CONFIG_NOSYSTEM", "1"},
                        {"GIT_AUTHOR_NAME", "Ada"},
                        {"GIT_AUTHOR_EMAIL", "ada@example.com"},
                        {"GIT_COMMITTER_NAME", "Ada"},
                        {"GIT_COMMITTER_EMAIL", "ada@example.com"}};
    spec.working_directory = directory;
    OutputTail output;
    const auto result = subprocess_.Run(spec, never_, output);
    EXPECT_TRUE(result.ok() && result->succeeded()) << arguments[0] << ": " << output.Text();
    return std::string(absl::StripTrailingAsciiWhitespace(output.Text()));
  }

  // A bare repository with one commit of `files` on "main"; without files it is empty. Returns its path.
  std::string MakeRepository(const std::string& name, const std::map<std::string, std::string>& files) {
    const std::string bare = directory_ / (name + ".git");
    Git(directory_.path(), {"init", "-q", "--bare", "-b", "main", bare});
    if (!files.empty()) Commit(bare, "main", files, "base");
    return bare;
  }

  // Adds a commit to a branch of a bare repository, as somebody else would. Returns its id.
  std::string Commit(const std::string& bare, const std::string& branch,
                     const std::map<std::string, std::string>& files, const std::string& message) {
    const std::string tree = directory_ / absl::StrCat("scratch-", ++scratch_);
    Git(directory_.path(), {"clone", "-q", bare, tree});
    Git(tree, {"checkout", "-q", "-B", branch});
    for (const auto& [path, text] : files) WriteFile(tree + "/" + path, text);
    Git(tree, {"add", "-A"});
    Git(tree, {"commit", "-q", "--allow-empty", "-m", message});
    Git(tree, {"push", "-q", "-f", "origin", branch});
    return Git(tree, {"rev-parse", "HEAD"});
  }

  // The id of a branch, or empty.
  std::string Branch(const std::string& bare, const std::string& branch) {
    return Git(bare, {"for-each-ref", "--format=%(objectname)", "refs/heads/" + branch});
  }
  // A file of a branch.
  std::string Show(const std::string& bare, const std::string& branch, const std::string& path) {
    return Git(bare, {"show", branch + ":" + path});
  }

  const TestDirectory& directory() const { return directory_; }

 private:
  TestDirectory directory_;
  StopToken never_;
  Subprocess subprocess_{Clock::System()};
  int scratch_ = 0;
};

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_GIT_FIXTURE_H_
