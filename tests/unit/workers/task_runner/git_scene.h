// A stage for one answer of git's: a remote repository, one to push from, and what is between them.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_GIT_SCENE_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_GIT_SCENE_H_

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "tests/unit/workers/task_runner/scripted_server.h"
#include "workers/task_runner/git_command.h"

namespace fleet::runner {

inline constexpr char kPushedRef[] = "refs/heads/fleet/x";

class GitScene {
 public:
  // Copies two bare repositories: one with the branch "main", and one with a branch "new" too.
  GitScene(const std::string& with_main, const std::string& with_new) {
    std::filesystem::copy(with_main, main_only(), std::filesystem::copy_options::recursive);
    std::filesystem::copy(with_new, complete(), std::filesystem::copy_options::recursive);
    settings.protocols = {"file", "https", "http", "ssh", "git", "foo"};
  }

  // What is pushed to, and fetched into.
  std::string main_only() const { return directory / "main.git"; }
  // What is pushed and fetched from.
  std::string complete() const { return directory / "complete.git"; }

  // An executable script; returns its path.
  std::string Script(const std::string& name, const std::string& text) {
    std::string path = directory / name;
    WriteFile(path, "#!/bin/sh\n" + text);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  void Hook(const std::string& name, const std::string& text) { Script("main.git/hooks/" + name, text); }
  void Serve(ScriptedServer::Answer answer, ScriptedServer::Security security = ScriptedServer::Security::kNone) {
    server = std::make_unique<ScriptedServer>(std::move(answer), security);
  }

  GitCommand::Call List(const std::string& from, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), "ls-remote");
    options.push_back(from);
    return {domain::FailureStage::kClone, options, main_only()};
  }
  GitCommand::Call FetchHere(const std::vector<std::string>& options = {}) const {
    return Fetch("file://" + complete(), options);
  }
  GitCommand::Call PushHere(const std::vector<std::string>& options = {}) const {
    return Push("file://" + main_only(), options);
  }
  GitCommand::Call Fetch(const std::string& from, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), "fetch");
    options.insert(options.end(), {"--depth=1", from, "refs/heads/new"});
    return {domain::FailureStage::kClone, options, main_only(), {{"GIT_DIR", main_only()}}};
  }
  // Of a commit that "main_only" does not have, with a file of 100,000 bytes.
  GitCommand::Call Push(const std::string& to, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"push", "--porcelain"});
    options.insert(options.end(), {to, absl::StrCat("refs/heads/new:", kPushedRef)});
    return {domain::FailureStage::kPush, options, complete(), {{"GIT_DIR", complete()}}};
  }
  GitCommand::Call Delete(const std::string& ref) const {
    return {domain::FailureStage::kPush,
            {"push", "--porcelain", "file://" + main_only(), ":" + ref},
            complete(),
            {{"GIT_DIR", complete()}}};
  }
  // A program run by git, whose words are git's output then.
  GitCommand::Call Local(const std::string& script, domain::FailureStage stage = domain::FailureStage::kCommit) const {
    return {stage, {"-c", "alias.x=!" + script, "x"}, complete(), {{"GIT_DIR", complete()}}};
  }

  GitFixture fixture;
  const TestDirectory& directory = fixture.directory();
  GitSettings settings;
  // The operator's configuration.
  std::string configuration = "[ssh]\n  variant = ssh\n";
  std::unique_ptr<ScriptedServer> server;
  RefusingPort refusing;
};

// One answer: how it is brought about, and what it means.
struct GitAnswer {
  std::string name;
  std::string reason;
  // Prepares the scene and says what git is to do.
  std::function<GitCommand::Call(GitScene&)> act;
};

inline GitAnswer Custom(std::string name, std::string reason, std::function<GitCommand::Call(GitScene&)> act) {
  return {std::move(name), std::move(reason), std::move(act)};
}
// A line of git's protocol.
inline std::string Packet(const std::string& text) { return absl::StrFormat("%04x", text.size() + 4) + text; }

// Of whoever is asked before anything is pushed; of a push; of git here.
std::vector<GitAnswer> ConnectionAnswers();
std::vector<GitAnswer> PushAnswers();
std::vector<GitAnswer> LocalAnswers();

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_GIT_SCENE_H_
