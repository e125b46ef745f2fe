#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

constexpr char kStep[] = "[ \"$(cat README)\" = hello ]; echo more >> README";
// Another commit, for refs that are not the base.
constexpr char kOther[] = "other=$(git commit-tree -m other \"$(printf '' | git mktree)\")\n";

std::vector<StoredFile> ServedFiles() { return {{"README", "hello\n"}}; }
Expected Changed() { return BranchPushed({"M 100644 README"}, {{"README", "hello\nmore\n"}}); }

OddRepository Server(const std::string& name, const std::string& setup, const Expected& expected,
                     const std::string& default_branch = "") {
  return {.name = name,
          .files = ServedFiles(),
          .setup = kOther + setup,
          .step = kStep,
          .expected = expected,
          .default_branch = default_branch};
}

std::vector<OddRepository> Refs() {
  const Expected no_branch = Failed(FailureReason::kBranchNotFound, {});
  const Expected blocked = Failed(FailureReason::kBranchNameBlocked, {"fleet"});
  return {
      Server("head-names-another-branch",
             "git update-ref refs/heads/release/1.0 main; git update-ref refs/heads/main $other\n"
             "git symbolic-ref HEAD refs/heads/release/1.0",
             Changed()),
      Server("head-detached",
             "commit=$(git rev-parse main); echo $commit > HEAD; git update-ref refs/heads/main $other", Changed()),
      Server("head-elsewhere", "git update-ref refs/heads/dev $other; git symbolic-ref HEAD refs/heads/dev", Changed(),
             "main"),
      Server("default-branch-missing", "git update-ref refs/tags/gone $other; git update-ref refs/heads/x/gone $other",
             no_branch, "gone"),
      Server("head-dangling", "git symbolic-ref HEAD refs/heads/gone", no_branch),
      {.name = "empty", .step = kStep, .expected = no_branch},
      Server("base-is-hidden", "git config uploadpack.hideRefs refs/heads/main", no_branch),
      Server("tags-named-like-branches", "git update-ref refs/tags/main $other; git update-ref refs/tags/HEAD $other",
             Changed()),
      Server("branches-named-like-others",
             "for ref in heads/HEAD heads/refs/heads/main heads/origin/main remotes/origin/main main origin/main; do\n"
             "  git update-ref refs/$ref $other\ndone",
             Changed()),
      Server("branch-fleet", "git update-ref refs/heads/fleet main", blocked),
      Server("branch-fleet-packed", "git update-ref refs/heads/fleet main; git pack-refs --all", blocked),
      Server("branch-fleet-symbolic", "git symbolic-ref refs/heads/fleet refs/heads/main", blocked),
      Server("tag-fleet", "git update-ref refs/tags/fleet $other", Changed()),
      Server("branches-beside-ours",
             "git update-ref refs/heads/fleet/other main; git update-ref refs/heads/fleets main", Changed()),
      Server("many-refs-named-head", R"sh(
               awk -v id="$other" 'BEGIN { print "# pack-refs with: peeled fully-peeled sorted "
                 for (i = 0; i < 20000; ++i) printf "%s refs/remotes/%050d/HEAD\n", id, i }' > packed-refs)sh",
             Changed()),
      Server("many-refs-named-like-the-base", R"sh(
               awk -v id="$other" 'BEGIN { print "# pack-refs with: peeled fully-peeled sorted "
                 for (i = 0; i < 20000; ++i) printf "%s refs/heads/%050d/refs/heads/main\n", id, i }' > packed-refs)sh",
             Changed(), "main"),
      Server("commit-replaced", "git replace main $other", Changed()),
  };
}

std::vector<OddRepository> Formats() {
  const std::vector<StoredFile> crlf = {{".gitattributes", "*.txt text\n"}, {"README", "hello\n"}, {"a.txt", "a\r\n"}};
  return {
      {.name = "sha256", .files = ServedFiles(), .step = kStep, .expected = Changed(), .object_format = "sha256"},
      {.name = "sha256-untouched",
       .files = ServedFiles(),
       .step = "true",
       .expected = NoChanges(),
       .object_format = "sha256"},
      {.name = "sha256-crlf-untouched",
       .files = crlf,
       .step = "true",
       .expected = NoChanges(),
       .object_format = "sha256"},
      {.name = "sha256-empty",
       .step = kStep,
       .expected = Failed(FailureReason::kBranchNotFound, {}),
       .object_format = "sha256"},
      {.name = "sha256-branch-fleet",
       .files = ServedFiles(),
       .setup = "git update-ref refs/heads/fleet main",
       .step = kStep,
       .expected = Failed(FailureReason::kBranchNameBlocked, {"fleet"}),
       .object_format = "sha256"},
      {.name = "sha256-hook-refuses",
       .files = ServedFiles(),
       .setup = "hook pre-receive 'exit 1'",
       .step = kStep,
       .expected = Failed(FailureReason::kPushRefused, {}),
       .object_format = "sha256"},
      {.name = "sha256-submodule-moved",
       .files = {{"mod", std::string(64, '1'), "160000"}},
       .step = "git update-index --cacheinfo 160000," + std::string(64, '2') + ",mod",
       .expected = BranchPushed({"M 160000 mod"}, {{"mod", std::string(64, '2')}}),
       .object_format = "sha256"},
      Server("shallow-origin",
             "git update-ref refs/heads/main \"$(git commit-tree -p main -m second 'main^{tree}')\"\n"
             "git rev-parse main > shallow",
             Changed()),
      Server("borrowed-objects", "mv objects lent; mkdir -p objects/info; echo \"$PWD/lent\" > objects/info/alternates",
             Changed()),
      Server("packed", "git gc -q; git config receive.unpackLimit 1", Changed()),
      Server("loose", "git config receive.unpackLimit 10000; git config core.compression 0", Changed()),
  };
}

}  // namespace

std::vector<OddRepository> OddServers() {
  std::vector<OddRepository> all = Refs();
  const std::vector<OddRepository> formats = Formats();
  all.insert(all.end(), formats.begin(), formats.end());
  return all;
}

}  // namespace fleet::testing
