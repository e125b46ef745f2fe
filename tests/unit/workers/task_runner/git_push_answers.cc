#include <utility>

#include "tests/unit/workers/task_runner/git_scene.h"

namespace fleet::runner {
namespace {

// A hook says so and, unless told otherwise, refuses.
GitAnswer Hook(const std::string& hook, const std::string& text, const std::string& reason = "PUSH_REFUSED",
               const std::string& end = "exit 1") {
  return {absl::StrCat(hook, ": ", text), reason, [=](GitScene& scene) {
            scene.Hook(hook, "cat > /dev/null\ncat <<'END' >&2\n" + text + "\nEND\n" + end + "\n");
            return scene.PushHere();
          }};
}
// The server says so in its report on the branch, as servers of other makes and newer ones do.
GitAnswer Report(const std::string& text, const std::string& reason = "PUSH_REFUSED") {
  return {"report " + text, reason, [=](GitScene& scene) {
            scene.fixture.Git(scene.main_only(), {"config", "receive.procReceiveRefs", "refs/heads/fleet"});
            const std::string packets = scene.directory / "packets";
            WriteFile(packets,
                      Packet("version=1\n") + "0000" + Packet(absl::StrCat("ng ", kPushedRef, " ", text)) + "0000");
            scene.Hook("proc-receive", "cat '" + packets + "'\ncat > /dev/null\n");
            return scene.PushHere();
          }};
}
GitAnswer Config(const std::string& name, const std::string& value, const std::string& reason = "PUSH_REFUSED") {
  return {absl::StrCat(name, " = ", value), reason, [=](GitScene& scene) {
            scene.fixture.Git(scene.main_only(), {"config", name, value});
            return scene.PushHere();
          }};
}
// git-receive-pack runs within `script`.
GitAnswer Received(const std::string& name, const std::string& reason, const std::string& script) {
  return {"received " + name, reason,
          [=](GitScene& scene) { return scene.PushHere({"--receive-pack=" + scene.Script("receive", script)}); }};
}
// The server's program for unpacking says so and ends.
GitAnswer Unpacker(const std::string& text, const std::string& reason, const std::string& end = "exit 128") {
  return {
      absl::StrCat("unpacker ", text, " ", end), reason, [=](GitScene& scene) {
        scene.Script("exec/git", "case \"$*\" in *unpack-objects*|*index-pack*) cat > /dev/null; cat <<'END' >&2\n" +
                                     text + "\nEND\n" + end + ";; esac\nexec /usr/bin/git \"$@\"\n");
        const std::string script = "GIT_EXEC_PATH='" + (scene.directory / "exec") + "' exec git-receive-pack \"$@\"\n";
        return scene.PushHere({"--receive-pack=" + scene.Script("receive", script)});
      }};
}
// The branch is there already.
GitAnswer Existing(const std::string& name, const std::string& reason, const std::vector<std::string>& options) {
  return {"existing " + name, reason, [=](GitScene& scene) {
            scene.fixture.Commit(scene.main_only(), "fleet/x", {{"a", "of others"}}, "others");
            scene.fixture.Git(scene.main_only(), {"config", "receive.denyNonFastForwards", "true"});
            return scene.PushHere(options);
          }};
}

std::vector<GitAnswer> Hooks() {
  std::vector<GitAnswer> all = {
      Hook("update", "no"),
      Hook("update",
           "remote: error: cannot lock ref 'refs/heads/fleet/x': 'refs/heads/fleet' exists; cannot create 'x'"),
      // It ends the server, whose own stderr its words go to.
      Hook("reference-transaction", "fatal: write error: No space left on device"),
      Hook("reference-transaction", "git@example.com: Permission denied (publickey)."),
      // A server that is killed has said nothing, whatever its hooks did.
      Hook("pre-receive", "You have exceeded a rate limit: HTTP 429", "REMOTE_ERROR", "kill -9 $PPID"),
      Hook("pre-receive", "ERROR: Repository not found.", "REMOTE_ERROR", "kill -9 $PPID"),
      Custom("megabytes from a hook", "PUSH_REFUSED",
             [](GitScene& scene) {
               scene.Hook("pre-receive", "yes 'fatal: early EOF, rate limit' | head -c 3000000\nexit 1\n");
               return scene.PushHere();
             }),
      Custom("a hook that ends without a newline", "PUSH_REFUSED",
             [](GitScene& scene) {
               scene.Hook("pre-receive", "printf 'rate limit\\rfatal: early EOF'\nexit 1\n");
               return scene.PushHere();
             }),
      Custom("a hook that says yes before a real race", "PUSH_RACED",
             [](GitScene& scene) {
               scene.Hook("pre-receive",
                          "echo 'hook declined'\nmkdir -p refs/heads/fleet\n: > refs/heads/fleet/x.lock\n");
               return scene.PushHere();
             }),
  };
  for (const char* words :
       {"rate limit", "Permission denied (publickey).", "fatal: write error: No space left on device",
        "cannot lock ref 'refs/heads/fleet/x'", "ERROR: Repository not found.", "HTTP 429",
        "fatal: unable to access 'x': The requested URL returned error: 429", "fatal: early EOF",
        "fatal: the remote end hung up unexpectedly", "error: failed to update ref",
        "! [remote rejected] x -> x (failed to update ref)", "Host key verification failed.", "[rejected] (stale info)",
        "fatal: Could not read from remote repository.", "fatal: ref updates aborted by hook",
        "fatal: Authentication failed for 'x'", "ssh: connect to host h port 22: Connection refused",
        "(unpacker error)", "certificate"}) {
    all.push_back(Hook("pre-receive", words));
  }
  return all;
}

std::vector<GitAnswer> Refusals() {
  return {
      Config("receive.maxInputSize", "1000"),
      Config("transfer.hideRefs", "refs/heads/fleet"),
      Config("receive.procReceiveRefs", "refs/heads/fleet"),  // and no such hook
      Existing("that may not be replaced", "PUSH_REFUSED", {"--force"}),
      Custom("deletion", "PUSH_REFUSED",
             [](GitScene& scene) {
               scene.fixture.Git(scene.main_only(), {"config", "receive.denyDeletes", "true"});
               return scene.Delete("refs/heads/main");
             }),
      Custom("fsck", "PUSH_REFUSED",
             [](GitScene& scene) {
               scene.fixture.Git(scene.main_only(), {"config", "receive.fsckObjects", "true"});
               scene.fixture.Commit(
                   scene.complete(), "new",
                   {{".gitmodules", "[submodule \"x\"]\n  path = -x\n  url = \"-: No space left on device\"\n"}},
                   "new");
               return scene.PushHere();
             }),
      Report("GH013: Repository rule violations found"),
      Report("protected branch hook declined"),
      Report("prohibited by Gerrit: not permitted: update"),
      Report("change closed: cannot lock ref"),
      Report("rate limit"),
      Report("non-fast-forward"),
      Report("shallow update not allowed"),
      Report("You cannot push: early EOF, HTTP 429, No space left on device"),
  };
}

std::vector<GitAnswer> Races() {
  const std::string lease = absl::StrCat("--force-with-lease=", kPushedRef, ":");
  return {
      Existing("since somebody else pushed", "PUSH_RACED", {lease}),
      Existing("with what is not here", "PUSH_RACED", {}),
      Custom("not a fast-forward", "PUSH_RACED",
             [](GitScene& scene) {
               scene.fixture.Commit(scene.main_only(), "fleet/x", {{"a", "of others"}}, "others");
               scene.fixture.Git(scene.complete(), {"fetch", "-q", scene.main_only(), "fleet/x"});
               return scene.PushHere();
             }),
      Custom("a lock", "PUSH_RACED",
             [](GitScene& scene) {
               WriteFile(absl::StrCat(scene.main_only(), "/", kPushedRef, ".lock"), "");
               return scene.PushHere();
             }),
      // GitHub's, JGit's, and newer git's.
      Report("cannot lock ref 'refs/heads/fleet/x': is at 1 but expected 2", "PUSH_RACED"),
      Report("cannot lock ref 'refs/heads/fleet/x': reference already exists", "PUSH_RACED"),
      Report("failed to update ref", "PUSH_RACED"),
      Report("failed to lock", "PUSH_RACED"),
      Report("reference already exists", "PUSH_RACED"),
      Report("reference does not exist", "PUSH_RACED"),
      Report("incorrect old value provided", "PUSH_RACED"),
      Report("fetch first", "PUSH_RACED"),
      Report("stale info", "PUSH_RACED"),
      Custom("a branch in the way", "BRANCH_NAME_BLOCKED",
             [](GitScene& scene) {
               scene.fixture.Git(scene.main_only(), {"branch", "fleet", "main"});
               return scene.PushHere();
             }),
      Custom("a branch below", "BRANCH_NAME_BLOCKED",
             [](GitScene& scene) {
               scene.fixture.Git(scene.main_only(), {"branch", "fleet/x/y", "main"});
               return scene.PushHere();
             }),
      Report("cannot lock ref 'refs/heads/fleet/x': 'refs/heads/fleet' exists; cannot create 'refs/heads/fleet/x'",
             "BRANCH_NAME_BLOCKED"),
      Report("refname conflict", "BRANCH_NAME_BLOCKED"),
      Report("reference conflict due to case-insensitive filesystem", "BRANCH_NAME_BLOCKED"),
  };
}

std::vector<GitAnswer> ServersOwnTroubles() {
  return {
      Received("into files that may not grow", "REMOTE_ERROR",
               "trap '' XFSZ\nulimit -f 20\nexec git-receive-pack \"$@\"\n"),
      Received("by what is killed for it", "REMOTE_ERROR", "ulimit -f 20\nexec git-receive-pack \"$@\"\n"),
      Received("into a folder that is none", "REMOTE_ERROR",
               "GIT_ALTERNATE_OBJECT_DIRECTORIES=\"$1/objects\" GIT_OBJECT_DIRECTORY=/bin/true exec git-receive-pack "
               "\"$@\"\n"),
      Received("without an answer", "REMOTE_ERROR",
               "me=$$\ngit-receive-pack \"$@\" | (dd bs=1 count=190 status=none; kill -9 $me)\n"),
      // What fills a disk or a memory cannot be had here: git relays these words from git's own unpackers.
      Unpacker("fatal: write error: No space left on device", "REMOTE_ERROR"),
      Unpacker("fatal: unable to write loose object file: Disk quota exceeded", "REMOTE_ERROR"),
      Unpacker("fatal: mmap failed: Cannot allocate memory", "REMOTE_ERROR"),
      Unpacker("fatal: Out of memory, malloc failed (tried to allocate 1048576 bytes)", "REMOTE_ERROR"),
      Unpacker("error: unable to create temporary file: No space left on device\nfatal: failed to write object",
               "REMOTE_ERROR"),
      Unpacker("fatal: early EOF", "REMOTE_ERROR"),
      Unpacker("error: insufficient permission for adding an object to repository database ./objects\n"
               "fatal: failed to write object",
               "PERMISSION_DENIED"),
      Unpacker("fatal: object of unexpected type", "PUSH_REFUSED"),
      Unpacker("error: object 1: badName: : No space left on device\nfatal: fsck error in packed object",
               "PUSH_REFUSED"),
  };
}

}  // namespace

std::vector<GitAnswer> PushAnswers() {
  std::vector<GitAnswer> all;
  for (const std::vector<GitAnswer>& some : {Hooks(), Refusals(), Races(), ServersOwnTroubles()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace fleet::runner
