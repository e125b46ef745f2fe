#include <utility>

#include "tests/unit/workers/task_runner/git_scene.h"

namespace fleet::runner {
namespace {

using domain::FailureStage;

// A program that git runs says so; where a machine would have to be short of something, for instance.
GitAnswer Words(const std::string& text, const std::string& reason, FailureStage stage = FailureStage::kCommit) {
  return {"local " + text, reason, [=](GitScene& scene) {
            return scene.Local(scene.Script("words", "cat <<'END' >&2\n" + text + "\nEND\nexit 128\n"), stage);
          }};
}
// git's own program `name` is killed, having read its input: git itself ends by SIGPIPE otherwise.
std::string WithoutProgram(GitScene& scene, const std::string& name) {
  scene.Script("exec/git",
               "case \"$*\" in *" + name + "*) cat > /dev/null; kill -9 $$;; esac\nexec /usr/bin/git \"$@\"\n");
  return scene.directory / "exec";
}
// git names the file `name`, which is in the way of what it checks out.
GitAnswer Checkout(const std::string& name) {
  return {"checkout of " + name, "GIT_FAILED", [=](GitScene& scene) {
            scene.fixture.Commit(scene.complete(), "odd", {{name, "x"}}, "odd");
            WriteFile(scene.directory / ("work/" + name), "in the way");
            return GitCommand::Call{FailureStage::kCheckout,
                                    {"checkout", "odd"},
                                    scene.directory.path(),
                                    {{"GIT_DIR", scene.complete()}, {"GIT_WORK_TREE", scene.directory / "work"}}};
          }};
}

}  // namespace

std::vector<GitAnswer> LocalAnswers() {
  return {
      Custom("a full disk", "DISK_FULL", [](GitScene& scene) { return scene.Local("git rev-parse HEAD > /dev/full"); }),
      Custom("no memory", "OUT_OF_MEMORY",
             [](GitScene& scene) { return scene.Local("ulimit -v 40000; git hash-object --stdin < /dev/zero"); }),
      Custom(
          "no descriptors", "PROCESS_LIMIT",
          [](GitScene& scene) { return scene.Local("ulimit -n 6; git fetch file://" + scene.main_only() + " main"); }),
      Words("fatal: mmap failed: Cannot allocate memory", "OUT_OF_MEMORY"),
      Words("error: unable to create file a: Disk quota exceeded", "DISK_FULL", FailureStage::kCheckout),
      Words("error: cannot fork() for fetch-pack: Resource temporarily unavailable", "PROCESS_LIMIT",
            FailureStage::kClone),
      Custom("a fetch whose unpacker is killed", "PROCESS_KILLED",
             [](GitScene& scene) {
               GitCommand::Call call = scene.FetchHere();
               call.environment["GIT_EXEC_PATH"] = WithoutProgram(scene, "unpack-objects");
               return call;
             }),
      Custom("a fetch whose indexer is killed", "PROCESS_KILLED",
             [](GitScene& scene) {
               GitCommand::Call call = scene.FetchHere();
               call.environment["GIT_EXEC_PATH"] = WithoutProgram(scene, "index-pack");
               scene.configuration += "[fetch]\n  unpackLimit = 1\n";
               return call;
             }),
      Custom("a push whose packer is killed", "PROCESS_KILLED",
             [](GitScene& scene) {
               GitCommand::Call call = scene.PushHere();
               call.environment["GIT_EXEC_PATH"] = WithoutProgram(scene, "pack-objects");
               return call;
             }),
      Custom("the operator's settings", "RUNNER_SETUP",
             [](GitScene& scene) {
               scene.configuration = "[core\n";
               return scene.List("file://" + scene.complete());
             }),
      Custom("a protocol that git has no program for", "RUNNER_SETUP",
             [](GitScene& scene) { return scene.List("foo://example.com/r"); }),
      Custom("a command that git has no program for", "RUNNER_SETUP",
             [](GitScene& scene) {
               return GitCommand::Call{FailureStage::kPush, {"nonesuch", "push"}, scene.complete()};
             }),
      Custom("a protocol that is not allowed", "BAD_CONFIG",
             [](GitScene& scene) {
               scene.settings.protocols = {"https"};
               return scene.List("file://" + scene.complete());
             }),
      // Nothing that is said while nobody is asked comes from a forge.
      Words("remote: rate limit\nfatal: early EOF\nERROR: Repository not found.", "GIT_FAILED"),
      Words("error: the requested URL returned error: 429", "GIT_FAILED", FailureStage::kCheckout),
      Words("warning: No space left on device\nit is: Too many open files", "GIT_FAILED"),
      Checkout("rate limit"),
      Checkout("fatal: early EOF"),
      Checkout("fatal: x: No space left on device"),
      Checkout("' not found"),
      Checkout("error: x\nfatal: Out of memory, "),
  };
}

}  // namespace fleet::runner
