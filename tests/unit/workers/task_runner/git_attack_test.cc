// A step owns its clone and may plant in it whatever git runs programs for. The runner's own git runs none of it, and
// pushes to the lease's repository.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/change_fixture.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class GitAttackTest : public ChangeFixture {
 protected:
  GitAttackTest() {
    WriteFile(trap_, absl::StrCat("#!/bin/sh\necho \"$0 $*\" >> '", marker_, "'\nexit 0\n"));
    fs::permissions(trap_, fs::perms::owner_all);
    evil_ = fixture_.MakeRepository("evil", {});
    victim_ = fixture_.MakeRepository("r", {{"a", "a\n"}, {"dir/b", "b\n"}});
  }

  // `script` with TRAP, EVIL and TASK in it: the program, a repository that must stay empty, and the task's folder
  // beside the tree. `plant_hooks DIRECTORY` makes hooks of the program.
  std::string Planted(const std::string& script) const {
    return absl::StrCat(
        "plant_hooks() { mkdir -p \"$1\"; for h in applypatch-msg commit-msg fsmonitor-watchman "
        "post-checkout post-commit post-index-change post-merge pre-auto-gc pre-commit pre-push "
        "prepare-commit-msg reference-transaction; do cp '",
        trap_, "' \"$1/$h\"; done; }\n",
        absl::StrReplaceAll(script, {{"TRAP", trap_}, {"EVIL", evil_}, {"TASK", directory_}}));
  }
  bool Ran() const { return fs::exists(marker_); }
  std::string EvilRefs() { return fixture_.Git(evil_, {"for-each-ref"}); }
  // What the step itself ran does not count.
  void Forget() { fs::remove(marker_); }
  void ExpectHarmless(const std::string& what) {
    EXPECT_FALSE(Ran()) << what << " ran: " << ReadFile(marker_);
    EXPECT_EQ(EvilRefs(), "") << what;
    Forget();
  }
  // Plants, sees that git inside the clone runs the trap by `control`, unless that is empty, and that the runner's git
  // does not.
  absl::Status Attack(const std::string& what, const std::string& plant, const std::string& control,
                      const std::string& bare) {
    Clone(bare);
    Step(Planted(absl::StrCat(plant, "\necho changed > a")));
    if (!control.empty()) {
      Step(Planted(absl::StrCat("{ ", control, "; } > /dev/null 2>&1 || true")));
      EXPECT_TRUE(Ran()) << "no trap: " << what;
    }
    Forget();
    const absl::Status status = Publish().status();
    ExpectHarmless(what);
    return status;
  }

  const std::string trap_ = fixture_.directory() / "trap";
  const std::string marker_ = fixture_.directory() / "trap-ran";
  std::string evil_;
  std::string victim_;
};

struct Plant {
  const char* what;
  const char* plant;
  const char* control;
};

TEST_F(GitAttackTest, NoSettingOfAStepRunsAProgram) {
  const std::vector<Plant> plants = {
      {"core.fsmonitor", "git config core.fsmonitor TRAP", "git status"},
      {"config.worktree", "git config extensions.worktreeConfig true; git config --worktree core.fsmonitor TRAP",
       "git status"},
      {"include.path", "printf '[core]\\nfsmonitor=TRAP\\n' > .git/more; git config include.path more", "git status"},
      {"includeIf", "printf '[core]\\nfsmonitor=TRAP\\n' > .git/more; git config includeIf.gitdir:/.path more",
       "git status"},
      {"core.hooksPath", "git config core.hooksPath TASK/h; plant_hooks TASK/h", "git commit --allow-empty -m x"},
      {"hooks", "plant_hooks .git/hooks", "git commit --allow-empty -m x"},
      {"core.editor", "git config core.editor TRAP", "git commit --allow-empty"},
      {"core.sshCommand", "git config core.sshCommand TRAP", "git ls-remote ssh://localhost/r"},
      {"core.gitProxy", "git config core.gitProxy TRAP", "git ls-remote git://localhost/r"},
      {"core.alternateRefsCommand", "git config core.alternateRefsCommand TRAP", "git fetch \"file://$ORIGIN/r.git\""},
      {"gpg.program", "git config gpg.program TRAP; git config commit.gpgSign true; git config push.gpgSign true",
       "git commit --allow-empty -m x"},
      {"credential.helper", "git config credential.helper TRAP", "echo url=https://h/ | git credential fill"},
      {"diff.external", "git config diff.external TRAP", "git diff"},
      {"diff.x.command", "git config diff.x.command TRAP; echo '* diff=x' > .git/info/attributes", "git diff"},
      {"diff.x.textconv", "git config diff.x.textconv TRAP; echo '* diff=x' > .git/info/attributes", "git diff"},
      {"trailer.x.command", "git config trailer.x.command TRAP", "git interpret-trailers < /dev/null"},
      {"remote.origin.receivepack",
       "git config remote.origin.receivepack TRAP; git config remote.origin.uploadpack TRAP", "git fetch origin"},
      {"protocol.ext", "git config protocol.ext.allow always; git config url.'ext::TRAP '.insteadOf file://",
       "git fetch origin"},
      {"filter in info/attributes",
       "git config filter.x.clean TRAP; git config filter.x.smudge TRAP; echo '* filter=x' > .git/info/attributes",
       "git hash-object --path=a a"},
      {"filter.x.process", "git config filter.x.process TRAP; echo '* filter=x' > .git/info/attributes",
       "git hash-object --path=a a"},
      {"core.attributesFile",
       "git config filter.x.clean TRAP; git config core.attributesFile .git/at; echo '* filter=x' > .git/at",
       "git hash-object --path=a a"},
      {"core.worktree", "git config core.worktree TASK; git config core.fsmonitor TRAP", "git status"},
  };
  for (const Plant& plant : plants) {
    const absl::Status status = Attack(plant.what, plant.plant, plant.control, victim_);
    EXPECT_TRUE(status.ok()) << plant.what << ": " << status;
    EXPECT_EQ(fixture_.Show(victim_, kFleetBranch, "a"), "changed") << plant.what;
  }
}

TEST_F(GitAttackTest, AFilterThatAStepInventsIsNeitherRunNorPassedOver) {
  for (const char* attributes : {".gitattributes", "dir/.gitattributes"}) {
    const absl::Status status =
        Attack(attributes,
               absl::StrCat("git config filter.x.clean TRAP; git config filter.x.process TRAP; echo '* filter=x' > ",
                            attributes, "; echo changed > dir/b"),
               "git add -A", victim_);
    EXPECT_EQ(v1::FailureReason_Name(ToFailure(status).reason()), "FAILURE_REASON_CHANGE_NOT_CARRIED") << status;
  }
}

// Everything of the kind at once, in every file that some git could read: the clone's, the store's, those of the git
// that cloned, a home.
TEST_F(GitAttackTest, NoPlaceForSettingsIsLookedAt) {
  const std::string config =
      "[core]\n\tfsmonitor = TRAP\n\thooksPath = TASK/h\n\tsshCommand = TRAP\n\taskPass = TRAP\n\tgitProxy = TRAP\n"
      "\tpager = TRAP\n\teditor = TRAP\n\talternateRefsCommand = TRAP\n\tattributesFile = TASK/attributes\n"
      "[filter \"x\"]\n\tclean = TRAP\n\tsmudge = TRAP\n\tprocess = TRAP\n"
      "[alias]\n\tpush = !TRAP\n\tlfs = !TRAP\n\tupdate-index = !TRAP\n\twrite-tree = !TRAP\n"
      "[credential]\n\thelper = TRAP\n[gpg]\n\tprogram = TRAP\n[commit]\n\tgpgSign = true\n[push]\n\tgpgSign = true\n"
      "[diff]\n\texternal = TRAP\n[merge \"x\"]\n\tdriver = TRAP\n[trailer \"x\"]\n\tcommand = TRAP\n"
      "[uploadpack]\n\tpackObjectsHook = TRAP\n[protocol \"ext\"]\n\tallow = always\n"
      "[url \"ext::TRAP \"]\n\tinsteadOf = file://\n[url \"file://EVIL\"]\n\tpushInsteadOf = file://\n"
      "[lfs]\n\turl = file://EVIL\n[lfs \"customtransfer.x\"]\n\tpath = TRAP\n[lfs]\n\tstandalonetransferagent = x\n"
      "[submodule \"mod\"]\n\tupdate = !TRAP\n[remote \"origin\"]\n\tvcs = x\n\tpushurl = file://EVIL\n";
  const std::string plant = absl::StrCat(
      "plant_hooks TASK/h; echo '* filter=x diff=x merge=x' > TASK/attributes\n"
      "mkdir -p TASK/git/home/.config/git TASK/git/xdg TASK/git/hooks TASK/store/info TASK/store/objects/info\n"
      "plant_hooks .git/hooks; plant_hooks TASK/store/hooks; plant_hooks TASK/git/hooks\n"
      "cat > TASK/c <<'END'\n",
      config,
      "END\n"
      "for f in .git/config .git/config.worktree TASK/store/config TASK/store/config.worktree TASK/git/config "
      "TASK/git/home/.gitconfig TASK/git/home/.config/git/config \"$HOME/.gitconfig\"; do\n"
      "  mkdir -p \"${f%/*}\"; cat TASK/c >> $f; done\n"
      "for f in .git/info/attributes TASK/store/info/attributes TASK/git/home/.config/git/attributes; do\n"
      "  echo '* filter=x' > $f; done\n"
      "echo \"$(git rev-parse HEAD)\" > .git/info/grafts; cp .git/info/grafts TASK/store/info/grafts");
  const absl::Status status = Attack("everything", plant, "git status", victim_);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(fixture_.Show(victim_, kFleetBranch, "a"), "changed");
}

TEST_F(GitAttackTest, ThePushGoesToTheLeasesRepository) {
  for (const char* plant : {"git config url.file://EVIL.insteadOf \"file://$ORIGIN/r.git\"",
                            "git config url.file://EVIL.pushInsteadOf \"file://$ORIGIN/r.git\"",
                            "git config remote.origin.pushurl file://EVIL", "git config remote.origin.url file://EVIL",
                            "git config remote.pushDefault evil; git config remote.evil.url file://EVIL",
                            "mkdir -p .git/remotes .git/branches; echo 'URL: file://EVIL' > .git/remotes/origin; git "
                            "remote remove origin"}) {
    Clone(victim_);
    Step(Planted(
        absl::StrCat(plant, "; cat .git/config >> TASK/store/config; cat .git/config >> TASK/git/config\n",
                     "cp .git/config \"$HOME/.gitconfig\" 2> /dev/null || { mkdir -p \"$HOME\"; cp .git/config ",
                     "\"$HOME/.gitconfig\"; }\necho ", ++tasks_, " > a")));
    const auto commit = Publish();
    ASSERT_TRUE(commit.ok()) << plant << ": " << commit.status();
    EXPECT_EQ(fixture_.Branch(victim_, kFleetBranch), *commit) << plant;
    ExpectHarmless(plant);
  }
}

TEST_F(GitAttackTest, TheRunnersEnvironmentHasNoEffect) {
  const std::vector<std::pair<const char*, std::string>> variables = {
      {"GIT_DIR", evil_},
      {"GIT_WORK_TREE", "/"},
      {"GIT_INDEX_FILE", evil_ + "/index"},
      {"GIT_OBJECT_DIRECTORY", evil_ + "/objects"},
      {"GIT_CONFIG_COUNT", "1"},
      {"GIT_CONFIG_KEY_0", "core.sshCommand"},
      {"GIT_CONFIG_VALUE_0", trap_},
      {"GIT_CONFIG_PARAMETERS", absl::StrCat("'core.alternateRefsCommand'='", trap_, "'")},
      {"GIT_CONFIG_GLOBAL", fixture_.directory() / "global"},
      {"GIT_EXEC_PATH", fixture_.directory() / "exec"},
      {"GIT_TEMPLATE_DIR", fixture_.directory() / "template"},
      {"GIT_SSH_COMMAND", trap_},
      {"GIT_EXTERNAL_DIFF", trap_},
      {"GIT_EDITOR", trap_},
      {"GIT_PAGER", trap_},
      {"GIT_ASKPASS", trap_},
      {"GIT_TRACE", fixture_.directory() / "traced"},
      {"GIT_NAMESPACE", "elsewhere"},
      {"GIT_ALLOW_PROTOCOL", "ext"},
      {"GIT_COMMITTER_DATE", "1.1.1970 12:00:00 +0000"},
  };
  const std::string hooks = fixture_.directory() / "template/hooks";
  fs::create_directories(hooks);
  for (const char* hook : {"reference-transaction", "post-index-change", "post-checkout"}) {
    fs::copy_file(trap_, hooks + "/" + hook);
  }
  fs::create_directories(fixture_.directory() / "exec");
  for (const char* program : {"git-remote-file", "git-index-pack", "git-pack-objects", "git"}) {
    fs::copy_file(trap_, fixture_.directory() / absl::StrCat("exec/", program));
  }
  WriteFile(fixture_.directory() / "global", absl::StrCat("[core]\n\tfsmonitor = ", trap_, "\n"));
  for (const auto& [name, value] : variables) setenv(name, value.c_str(), 1);
  const std::string change = Run(victim_, "echo changed > a");
  for (const auto& [name, value] : variables) unsetenv(name);
  EXPECT_EQ(change, "M\ta");
  EXPECT_NE(fixture_.Git(victim_, {"log", "-1", "--format=%cd", "--date=format:%Y", kFleetBranch}), "1970");
  EXPECT_FALSE(fs::exists(fixture_.directory() / "traced"));
  ExpectHarmless("environment");
}

}  // namespace
}  // namespace fleet::runner
