#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

constexpr char kModules[] = "[submodule \"mod\"]\n\tpath = mod\n\turl = ./module.git\n";
// Of commits that the repository itself does not have.
constexpr char kPinned[] = "1111111111111111111111111111111111111111";
constexpr char kMoved[] = "2222222222222222222222222222222222222222";

// A repository "module.git" within the bare one, which the submodule "mod" then names, so that a step can check it out.
constexpr char kWithModule[] = R"sh(
  git init -q --bare --template= --initial-branch=main module.git
  printf '%s\n' 'commit refs/heads/main' 'committer Ada <ada@example.com> 1700000000 +0000' 'data 0' \
    'M 100644 inline inner' 'data 6' 'inner' '' | git --git-dir=module.git fast-import --quiet
  commit=$(git --git-dir=module.git rev-parse main)
  printf '%s\n' 'commit refs/heads/main' 'committer Ada <ada@example.com> 1700000000 +0000' 'data 0' \
    'from refs/heads/main^0' "M 160000 $commit mod" | git fast-import --quiet
)sh";
constexpr char kPopulate[] =
    "git -c protocol.file.allow=always -c submodule.mod.url=\"$(git config remote.origin.url)/module.git\" submodule "
    "--quiet update --init mod\n[ \"$(cat mod/inner)\" = inner ]\n";
constexpr char kCommitter[] = "git config --global user.name x; git config --global user.email x@example.com\n";

std::vector<StoredFile> ModuleFiles() {
  return {{".gitmodules", kModules}, {"README", "hello\n"}, {"mod", kPinned, "160000"}};
}

std::vector<OddRepository> Submodules() {
  return {
      {.name = "submodule-untouched", .files = ModuleFiles(), .step = "true", .expected = NoChanges()},
      {.name = "submodule-other-file-changed",
       .files = ModuleFiles(),
       .step = "echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "submodule-moved-in-the-index",
       .files = ModuleFiles(),
       .step = absl::StrCat("git update-index --cacheinfo 160000,", kMoved, ",mod"),
       .expected = BranchPushed({"M 160000 mod"}, {{"mod", kMoved}})},
      {.name = "submodule-moved-in-a-commit",
       .files = ModuleFiles(),
       .step = absl::StrCat(kCommitter, "git update-index --cacheinfo 160000,", kMoved, ",mod; git commit -qm move"),
       .expected = BranchPushed({"M 160000 mod"}, {{"mod", kMoved}})},
      {.name = "submodule-added-in-the-index",
       .files = {{"README", "hello\n"}},
       .step = absl::StrCat("printf '[submodule \"mod\"]\\n\\tpath = mod\\n\\turl = ./module.git\\n' > .gitmodules; "
                            "mkdir mod; git update-index --add --cacheinfo 160000,",
                            kMoved, ",mod"),
       .expected = BranchPushed({"A 100644 .gitmodules", "A 160000 mod"}, {{"mod", kMoved}})},
      {.name = "submodule-removed",
       .files = ModuleFiles(),
       .step = "git rm -q mod",
       .expected = BranchPushed({"M 100644 .gitmodules", "D 160000 mod"}, {{".gitmodules", ""}})},
      {.name = "submodule-removed-in-a-commit",
       .files = ModuleFiles(),
       .step = absl::StrCat(kCommitter, "git rm -q mod; git rm -qf .gitmodules; git commit -qm gone"),
       .expected = BranchPushed({"D 100644 .gitmodules", "D 160000 mod"})},
      {.name = "submodule-folder-removed",
       .files = ModuleFiles(),
       .step = "rmdir mod",
       .expected = BranchPushed({"D 160000 mod"})},
      {.name = "submodule-replaced-by-a-folder",
       .files = ModuleFiles(),
       .step = "git rm -q mod; mkdir -p mod/sub; echo v > mod/file; echo w > mod/sub/file",
       .expected =
           BranchPushed({"M 100644 .gitmodules", "D 160000 mod", "A 100644 mod/file", "A 100644 mod/sub/file"})},
      {.name = "submodule-replaced-by-a-folder-in-a-commit",
       .files = ModuleFiles(),
       .step =
           absl::StrCat(kCommitter, "git rm -q mod; mkdir mod; echo v > mod/file; git add -A; git commit -qm files"),
       .expected = BranchPushed({"M 100644 .gitmodules", "D 160000 mod", "A 100644 mod/file"})},
      {.name = "submodule-replaced-by-a-file",
       .files = ModuleFiles(),
       .step = "rmdir mod; echo v > mod",
       .expected = BranchPushed({"T 100644 mod"}, {{"mod", "v\n"}})},
      {.name = "submodule-replaced-by-a-link",
       .files = ModuleFiles(),
       .step = "rmdir mod; ln -s README mod",
       .expected = BranchPushed({"T 120000 mod"}, {{"mod", "README"}})},
      {.name = "submodule-unpopulated-files-written",
       .files = ModuleFiles(),
       .step = "echo v > mod/file; echo more >> README",
       .expected = Failed(FailureReason::kChangeNotCarried, {"mod"})},
      {.name = "submodule-unpopulated-only-ignored-files-written",
       .files = {{".gitignore", "*.log\n"}, {".gitmodules", kModules}, {"mod", kPinned, "160000"}},
       .step = "echo v > mod/file.log; mkdir -p mod/sub/empty",
       .expected = NoChanges()},
      {.name = "submodule-without-gitmodules",
       .files = {{"README", "hello\n"}, {"lib/mod", kPinned, "160000"}},
       .step = "echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "submodule-populated-untouched",
       .files = {{".gitmodules", kModules}, {"README", "hello\n"}},
       .setup = kWithModule,
       .step = absl::StrCat(kPopulate, "echo more >> README"),
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "submodule-populated-changed",
       .files = {{".gitmodules", kModules}, {"README", "hello\n"}},
       .setup = kWithModule,
       .step = absl::StrCat(kPopulate, "echo more >> mod/inner; echo more >> README"),
       .expected = Failed(FailureReason::kChangeNotCarried, {"mod"})},
      {.name = "submodule-populated-new-file",
       .files = {{".gitmodules", kModules}, {"README", "hello\n"}},
       .setup = kWithModule,
       .step = absl::StrCat(kPopulate, "echo v > mod/new"),
       .expected = Failed(FailureReason::kChangeNotCarried, {"mod"})},
  };
}

// Taken as plain files, whatever their .git is.
std::vector<OddRepository> Embedded() {
  const std::vector<StoredFile> files = {{"README", "hello\n"}};
  const std::string clone = "git init -q sub; echo f > sub/f; git -C sub add f; git -C sub commit -qm f\n";
  return {
      {.name = "embedded-repository",
       .files = files,
       .step = absl::StrCat(kCommitter, clone),
       .expected = BranchPushed({"A 100644 sub/f"})},
      {.name = "embedded-repository-in-place-of-a-folder",
       .files = {{"README", "hello\n"}, {"sub/f", "g\n"}, {"sub/h", "h\n"}},
       .step = absl::StrCat(kCommitter, "rm -r sub\n", clone),
       .expected = BranchPushed({"M 100644 sub/f", "D 100644 sub/h"}, {{"sub/f", "f\n"}})},
      {.name = "embedded-repository-with-a-git-file",
       .files = files,
       .step = "git init -q --separate-git-dir \"$TMPDIR/git\" sub; echo f > sub/f",
       .expected = BranchPushed({"A 100644 sub/f"})},
      {.name = "embedded-repository-with-a-git-link",
       .files = files,
       .step = "git init -q \"$TMPDIR/other\"; mkdir sub; ln -s \"$TMPDIR/other/.git\" sub/.git; echo f > sub/f",
       .expected = BranchPushed({"A 100644 sub/f"})},
      {.name = "embedded-repository-without-commits",
       .files = files,
       .step = "git init -q a/b/sub; echo f > a/b/sub/f",
       .expected = BranchPushed({"A 100644 a/b/sub/f"})},
      {.name = "embedded-working-tree",
       .files = files,
       .step = "git worktree add -q -b side sub",
       .expected = BranchPushed({"A 100644 sub/README"})},
      {.name = "embedded-bare-repository",
       .files = files,
       .step = "git init -q --bare --template= sub.git",
       .expected = BranchPushed({"A 100644 sub.git/HEAD", "A 100644 sub.git/config"})},
      {.name = "embedded-empty-folder-named-git",
       .files = files,
       .step = "mkdir -p sub/.git; echo f > sub/f",
       .expected = BranchPushed({"A 100644 sub/f"})},
  };
}

}  // namespace

std::vector<OddRepository> OddSubmodules() {
  std::vector<OddRepository> all = Submodules();
  const std::vector<OddRepository> embedded = Embedded();
  all.insert(all.end(), embedded.begin(), embedded.end());
  return all;
}

}  // namespace fleet::testing
