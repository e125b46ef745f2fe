#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

std::vector<StoredFile> RefusedFiles() { return {{"README", "hello\n"}}; }

OddRepository Refusing(const std::string& name, const std::string& setup, std::vector<std::string> words = {}) {
  return {.name = "refuses-" + name,
          .files = RefusedFiles(),
          .setup = setup,
          .step = "echo more >> README",
          .expected = Failed(FailureReason::kPushRefused, std::move(words))};
}

// A hook's words are a person's: whatever they sound like, it is a hook that refused.
OddRepository Saying(const std::string& name, const std::string& words) {
  return Refusing(name, absl::StrCat("hook pre-receive 'echo \"", words, "\" >&2; exit 1'"), {words});
}

OddRepository Taking(const std::string& name, const std::string& setup) {
  return {.name = "takes-" + name,
          .files = RefusedFiles(),
          .setup = setup,
          .step = "echo more >> README",
          .expected = BranchPushed({"M 100644 README"})};
}

std::vector<OddRepository> Words() {
  return {
      Saying("like-a-rate-limit", "API rate limit exceeded, too many requests"),
      Saying("like-http-429", "The requested URL returned error: 429"),
      Saying("like-http-502", "fatal: unable to access: The requested URL returned error: 502"),
      Saying("like-ssh", "Permission denied (publickey)."),
      Saying("like-a-password", "fatal: Authentication failed, could not read Username"),
      Saying("like-a-full-disk", "error: No space left on device"),
      Saying("like-no-memory", "fatal: Out of memory, cannot fork: Resource temporarily unavailable"),
      Saying("like-a-race", "error: cannot lock ref refs/heads/x: reference already exists (stale info)"),
      Saying("like-a-blocked-name", "error: refs/heads/fleet exists; cannot create refs/heads/fleet/x"),
      Saying("like-a-missing-repository", "ERROR: Repository not found, does not exist"),
      Saying("like-a-lost-connection",
             "fatal: the remote end hung up unexpectedly; Connection reset by peer; early EOF"),
      Saying("like-a-certificate", "SSL certificate problem: Host key verification failed"),
      // As git itself would print it for programs.
      Refusing("like-porcelain",
               "hook pre-receive 'printf \"!\\trefs/heads/x:refs/heads/x\\t[rejected] (stale info)\\n"
               "Done\\n\" | tee /dev/stderr; exit 1'"),
      Refusing("without-a-word", "hook pre-receive 'exit 1'"),
      Refusing("with-megabytes",
               "hook pre-receive 'yes \"rate limit\" | head -c 3000000 >&2; echo because >&2; exit 1'", {"because"}),
      Refusing("with-one-long-line", "hook pre-receive 'head -c 2000000 /dev/zero | tr \"\\\\0\" x >&2; exit 1'"),
      Refusing("with-bytes-that-are-no-text",
               "hook pre-receive 'printf \"\\377\\376\\033[31m\\rred\\r\\n\\001\" >&2; exit 1'"),
  };
}

std::vector<OddRepository> Ways() {
  return {
      Refusing("by-an-update-hook", "hook update 'echo \"rate limit\"; exit 1'"),
      Refusing("by-a-killed-hook", "hook pre-receive 'kill -9 $$'"),
      Refusing("by-a-hook-without-interpreter",
               "mkdir -p hooks; printf '#!/no/such/program\\n' > hooks/pre-receive; chmod +x hooks/pre-receive"),
      Refusing("by-a-transaction-hook", "hook reference-transaction '[ \"$1\" != prepared ]'"),
      Refusing("without-reading", "hook pre-receive 'exec <&-; exit 1'"),
      Refusing("by-hidden-refs", "git config receive.hideRefs refs/heads/fleet"),
      Refusing("by-hidden-transfer", "git config transfer.hideRefs refs/heads/fleet"),
      Refusing("by-size", "git config receive.maxInputSize 10"),
      Refusing("by-a-missing-proc-receive", "git config receive.procReceiveRefs refs/heads/fleet"),
      {.name = "refuses-by-a-check-of-objects",
       .files = RefusedFiles(),
       .setup = "git config receive.fsckObjects true",
       .step = "printf '[submodule \"a\"]\\n\\tpath = a\\n\\turl = -evil\\n' > .gitmodules",
       .expected = Failed(FailureReason::kPushRefused, {})},
      Taking("while-talking",
             "hook pre-receive 'cat > /dev/null; echo \"rate limit exceeded, no space left on device\" >&2'"),
      Taking("and-then-fails", "hook post-receive 'echo \"error: Permission denied (publickey).\" >&2; exit 1'"),
      Taking("with-megabytes", "hook post-receive 'yes remote | head -c 3000000'"),
      Taking("no-replacement", "git config receive.denyNonFastForwards true; git config receive.denyDeletes true"),
      Taking("what-passes-a-check-of-objects", "git config receive.fsckObjects true"),
      Taking("hooks-that-nobody-may-run", "hook pre-receive 'exit 1'; chmod -x hooks/pre-receive"),
  };
}

}  // namespace

std::vector<OddRepository> OddRefusals() {
  std::vector<OddRepository> all = Words();
  const std::vector<OddRepository> ways = Ways();
  all.insert(all.end(), ways.begin(), ways.end());
  return all;
}

}  // namespace fleet::testing
