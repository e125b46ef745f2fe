#include "tests/e2e/git_origin.h"

#include <filesystem>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tests/e2e/program.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::e2e {

void GitOrigin::Make(const std::string& repo, const std::map<std::string, std::string>& files) {
  std::filesystem::create_directories(Path(repo));
  Git(repo, {"init", "-q", "--bare", "-b", "main"});
  std::string commands = "commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 4\nbase\n";
  for (const auto& [path, text] : files) {
    absl::StrAppend(&commands, "M 100644 inline ", path, "\ndata ", text.size(), "\n", text, "\n");
  }
  const std::string input = Path(repo) + "/import";
  runner::WriteFile(input, commands);
  Git(repo, {"fast-import", "--quiet"}, input);
  std::filesystem::remove(input);
}

void GitOrigin::SetPreReceiveHook(const std::string& repo, const std::string& script) {
  const std::string hook = Path(repo) + "/hooks/pre-receive";
  runner::WriteFile(hook, absl::StrCat("#!/bin/sh\n", script, "\n"));
  std::filesystem::permissions(hook, std::filesystem::perms::owner_all);
}

std::map<std::string, std::string> GitOrigin::PushedBranches(const std::string& repo) const {
  std::map<std::string, std::string> branches;
  const std::string refs = Git(repo, {"for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"});
  for (absl::string_view line : absl::StrSplit(refs, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> fields = absl::StrSplit(line, ' ');
    if (fields.first != "main") branches.insert(fields);
  }
  return branches;
}

std::string GitOrigin::File(const std::string& repo, const std::string& revision, const std::string& path) const {
  return Git(repo, {"show", revision + ":" + path});
}

std::string GitOrigin::Commit(const std::string& repo, const std::string& revision, const std::string& format) const {
  const std::string text = Git(repo, {"log", "-1", "--format=" + format, revision, "--"});
  return std::string(absl::StripSuffix(text, "\n"));
}

std::string GitOrigin::Shell(const std::string& repo, const std::string& script) const {
  const std::vector<std::string> argv = {"env",
                                         "--chdir=" + Path(repo),
                                         "GIT_CONFIG_GLOBAL=/dev/null",
                                         "GIT_CONFIG_NOSYSTEM=1",
                                         "GIT_NO_REPLACE_OBJECTS=1",
                                         "sh",
                                         "-c",
                                         script};
  const Program::Result result = RunProgram(directory_, argv);
  if (result.code != 0) throw std::runtime_error(absl::StrCat(repo, ": ", script, ": ", result.err));
  return result.out;
}

std::string GitOrigin::Git(const std::string& repo, std::vector<std::string> arguments,
                           const std::string& input) const {
  arguments.insert(arguments.begin(),
                   {"env", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "git", "--git-dir=" + Path(repo)});
  const Program::Result result = RunProgram(directory_, arguments, input);
  if (result.code != 0) throw std::runtime_error(absl::StrCat(absl::StrJoin(arguments, " "), ": ", result.err));
  return result.out;
}

}  // namespace fleet::e2e
