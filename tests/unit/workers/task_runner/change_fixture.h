// A repository, what a step does in its clone, and the commit that comes of it.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_CHANGE_FIXTURE_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_CHANGE_FIXTURE_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/git_clone.h"
#include "workers/task_runner/git_publisher.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {

inline constexpr char kFleetBranch[] = "fleet/01arz3ndektsv4rrffq69g5fav";

class ChangeFixture : public ::testing::Test {
 protected:
  ChangeFixture() { settings_.protocols = {"file"}; }

  // Runs a script as a step is run: in the tree, without settings of git's.
  void Step(const std::string& script) {
    ProcessSpec spec;
    spec.argv = {"/bin/sh", "-eu", "-c", script};
    spec.environment = {{"PATH", settings_.path},
                        {"HOME", fixture_.directory() / "step-home"},
                        {"GIT_AUTHOR_NAME", "Step"},
                        {"GIT_AUTHOR_EMAIL", "step@example.com"},
                        {"GIT_COMMITTER_NAME", "Step"},
                        {"GIT_COMMITTER_EMAIL", "step@example.com"},
                        {"ORIGIN", fixture_.directory().path()}};
    spec.working_directory = clone_->tree;
    OutputTail output;
    const auto result = subprocess_.Run(spec, stop_, output);
    ASSERT_TRUE(result.ok() && result->succeeded()) << output.Text();
  }
  // Makes a bare repository by a script that runs in a clone of it; the script commits nothing but stages all.
  std::string Make(const std::string& name, const std::string& script) {
    const std::string bare = fixture_.MakeRepository(name, {{"README", "hello\n"}});
    const std::string work = fixture_.directory() / (name + "-work");
    fixture_.Git(fixture_.directory().path(), {"clone", "-q", bare, work});
    WriteFile(work + "-script", script);
    fixture_.Git(work, {"-c", absl::StrCat("alias.run=!sh -eu ", work, "-script"), "run"});
    fixture_.Git(work, {"commit", "-qm", "made", "--allow-empty"});
    fixture_.Git(work, {"push", "-q", "origin", "HEAD:main"});
    return bare;
  }
  void Clone(const std::string& bare) {
    bare_ = bare;
    directory_ = fixture_.directory() / absl::StrCat("task-", ++tasks_);
    FLEET_ASSERT_OK(MakePrivateDirectory(directory_));
    const auto git = GitCommand::Make(subprocess_, settings_, directory_ + "/git");
    FLEET_ASSERT_OK(git);
    auto clone = GitClone::Make(*git, {"file://" + bare, "", kFleetBranch, directory_}, bounds_);
    FLEET_ASSERT_OK(clone);
    clone_ = std::make_unique<GitClone>(*std::move(clone));
  }
  absl::StatusOr<std::string> Publish() {
    auto publisher = GitPublisher::Make(subprocess_, settings_, *clone_, bounds_);
    if (!publisher.ok()) return publisher.status();
    const CommitSpec spec{"Bot", "bot@example.com", WithTaskTrailer("Change it", "T-1"),
                          absl::FromUnixSeconds(1700000000)};
    FLEET_ASSIGN_OR_RETURN(const Publication publication, publisher->Prepare(spec, {"T-1"}));
    return publisher->Publish(publication, spec, {"T-1"});
  }
  // What the pushed commit changed, "M\tpath" lines; "" if nothing was pushed.
  std::string Change() {
    const auto commit = Publish();
    if (!commit.ok()) return commit.status().ToString();
    if (commit->empty()) return "";
    return fixture_.Git(bare_, {"diff", "--name-status", "--no-renames", "main", kFleetBranch});
  }
  std::string Run(const std::string& bare, const std::string& script) {
    Clone(bare);
    Step(script);
    return Change();
  }
  std::string ModeOf(const std::string& path) {
    return fixture_.Git(bare_, {"ls-tree", "--format=%(objectmode)", kFleetBranch, "--", path});
  }
  void ExpectNotCarried(const std::string& bare, const std::string& script, const std::string& named) {
    const std::string before = fixture_.Branch(bare, kFleetBranch);
    Clone(bare);
    Step(script);
    const absl::Status status = Publish().status();
    EXPECT_EQ(v1::FailureReason_Name(ToFailure(status).reason()), "FAILURE_REASON_CHANGE_NOT_CARRIED") << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr(named));
    EXPECT_EQ(fixture_.Branch(bare, kFleetBranch), before);
  }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  GitSettings settings_;
  std::string bare_;
  std::string directory_;
  std::unique_ptr<GitClone> clone_;
  int tasks_ = 0;
};

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_CHANGE_FIXTURE_H_
