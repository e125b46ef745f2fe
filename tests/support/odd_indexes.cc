#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

constexpr char kIdentity[] = "git config --global user.name x; git config --global user.email x@example.com\n";

std::vector<StoredFile> IndexedFiles() {
  return {{".gitignore", "*.lock\nout/\n"}, {"README", "hello\n"}, {"keep.lock", "kept\n"}, {"run.sh", "true\n"}};
}

// What is ignored counts if somebody added it.
std::vector<OddRepository> Ignored() {
  return {
      {.name = "ignored-committed-and-renamed",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity,
                            "echo n > new.lock; git add -f new.lock; git commit -qm l; "
                            "git mv keep.lock renamed.lock"),
       .expected = BranchPushed({"D 100644 keep.lock", "A 100644 new.lock", "A 100644 renamed.lock"},
                                {{"new.lock", "n\n"}, {"renamed.lock", "kept\n"}})},
      {.name = "ignored-staged",
       .files = IndexedFiles(),
       .step = "mkdir out; echo n > out/new.lock; git add -f out; echo m > out/left-out",
       .expected = BranchPushed({"A 100644 out/new.lock"})},
      {.name = "ignored-committed-then-changed",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "echo n > new.lock; git add -f new.lock; git commit -qm l; echo m > new.lock"),
       .expected = BranchPushed({"A 100644 new.lock"}, {{"new.lock", "m\n"}})},
      {.name = "ignored-committed-then-removed",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity,
                            "echo n > new.lock; git add -f new.lock; git commit -qm l; git rm -q new.lock; "
                            "git commit -qm r"),
       .expected = NoChanges()},
      {.name = "ignored-made",
       .files = IndexedFiles(),
       .step = "mkdir out; echo n > out/a; echo n > b.lock",
       .expected = NoChanges()},
      {.name = "ignored-tracked-changed",
       .files = IndexedFiles(),
       .step = "echo m > keep.lock; echo n > b.lock",
       .expected = BranchPushed({"M 100644 keep.lock"}, {{"keep.lock", "m\n"}})},
      {.name = "ignored-everything",
       .files = {{".gitignore", "*\n"}, {"a", "a\n"}, {"b", "b\n"}},
       .step = "echo m > a; rm b; echo n > c",
       .expected = BranchPushed({"M 100644 a", "D 100644 b"})},
      {.name = "ignored-by-what-only-the-step-knows",
       .files = IndexedFiles(),
       .step = "mkdir -p .git/info; echo made > .git/info/exclude; git config core.excludesFile \"$TMPDIR/x\"; "
               "echo other > \"$TMPDIR/x\"; echo m > made; echo m > other",
       .expected = BranchPushed({"A 100644 made", "A 100644 other"})},
      {.name = "untracked-from-now-on",
       .files = IndexedFiles(),
       .step = "git rm -q --cached README; echo README >> .gitignore",
       .expected = BranchPushed({"M 100644 .gitignore", "D 100644 README"})},
      {.name = "untracked-from-now-on-in-a-commit",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "git rm -q --cached README; echo README >> .gitignore; git commit -qam untrack"),
       .expected = BranchPushed({"M 100644 .gitignore", "D 100644 README"})},
  };
}

std::vector<OddRepository> Staged() {
  return {
      {.name = "mode-in-the-index",
       .files = IndexedFiles(),
       .step = "git add --chmod=+x run.sh",
       .expected = BranchPushed({"M 100755 run.sh"}, {{"run.sh", "true\n"}})},
      {.name = "mode-in-the-index-of-a-new-file",
       .files = IndexedFiles(),
       .step = "echo true > new.sh; git add --chmod=+x new.sh",
       .expected = BranchPushed({"A 100755 new.sh"})},
      {.name = "intended-to-be-added",
       .files = IndexedFiles(),
       .step = "echo n > new; git add -N new",
       .expected = BranchPushed({"A 100644 new"}, {{"new", "n\n"}})},
      {.name = "staged-then-changed",
       .files = IndexedFiles(),
       .step = "echo n > new; git add new; echo m > new",
       .expected = BranchPushed({"A 100644 new"}, {{"new", "m\n"}})},
      {.name = "staged-and-taken-back",
       .files = IndexedFiles(),
       .step = "echo n >> README; git add README; git reset -q; git checkout -q README",
       .expected = NoChanges()},
      {.name = "assumed-unchanged",
       .files = IndexedFiles(),
       .step = "git update-index --assume-unchanged README; echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "sparse-checkout",
       .files = {{"README", "hello\n"}, {"a/f", "f\n"}, {"b/f", "f\n"}},
       .step = "git sparse-checkout set a; [ ! -e b/f ]; echo more >> a/f",
       .expected = BranchPushed({"M 100644 a/f"})},
      {.name = "sparse-checkout-changed-outside",
       .files = {{"README", "hello\n"}, {"a/f", "f\n"}, {"b/f", "f\n"}},
       .step = "git sparse-checkout set a; mkdir b; echo n > b/new",
       .expected = BranchPushed({"A 100644 b/new"})},
      {.name = "split-index",
       .files = IndexedFiles(),
       .step = "git update-index --split-index; echo n > new.lock; git add -f new.lock",
       .expected = BranchPushed({"A 100644 new.lock"})},
      {.name = "index-of-another-version",
       .files = IndexedFiles(),
       .step = "git update-index --index-version 4; echo n > new.lock; git add -f new.lock",
       .expected = BranchPushed({"A 100644 new.lock"})},
      {.name = "conflict",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity,
                            "git checkout -q -b side; echo s > README; git commit -qam s; git checkout -q -; "
                            "echo t > README; git commit -qam t; ! git merge -q side"),
       .expected = Failed(FailureReason::kTreeBroken, {"merge conflict in README"})},
      {.name = "conflict-settled",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity,
                            "git checkout -q -b side; echo s > README; git commit -qam s; git checkout -q -; "
                            "echo t > README; git commit -qam t; ! git merge -q side; echo u > README; "
                            "git add README; git commit -qm merged"),
       .expected = BranchPushed({"M 100644 README"}, {{"README", "u\n"}})},
  };
}

std::vector<OddRepository> Committed() {
  return {
      {.name = "committed",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "echo n > new; git add new; git commit -qm n; echo more >> README"),
       .expected = BranchPushed({"M 100644 README", "A 100644 new"})},
      {.name = "committed-and-reverted",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "echo n > new; git add new; git commit -qm n; git revert --no-edit HEAD"),
       .expected = NoChanges()},
      {.name = "committed-without-content",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "git commit -qm none --allow-empty"),
       .expected = NoChanges()},
      {.name = "committed-on-another-branch",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "git checkout -q -b side; echo n > new; git add new; git commit -qm n"),
       .expected = BranchPushed({"A 100644 new"})},
      {.name = "committed-on-a-branch-that-was-left",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity,
                            "git checkout -q -b side; echo n > new; git add new; git commit -qm n; git checkout -q -"),
       .expected = NoChanges()},
      {.name = "committed-over-the-base",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "echo more >> README; git commit -qa --amend -m amended"),
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "committed-without-history",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity,
                            "git checkout -q --orphan new; git rm -q --cached run.sh; rm run.sh; git commit -qm new"),
       .expected = BranchPushed({"D 100644 run.sh"})},
      {.name = "stashed",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "echo more >> README; echo n > new; git stash -qu"),
       .expected = NoChanges()},
      {.name = "git-folder-removed",
       .files = IndexedFiles(),
       .step = "rm -rf .git; echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "git-folder-elsewhere",
       .files = IndexedFiles(),
       .step = "mv .git \"$TMPDIR/git\"; echo \"gitdir: $TMPDIR/git\" > .git; echo more >> README",
       .expected = Failed(FailureReason::kChangeNotCarried, {".git", "link"})},
      {.name = "git-folder-behind-a-link",
       .files = IndexedFiles(),
       .step = "mv .git \"$TMPDIR/git\"; ln -s \"$TMPDIR/git\" .git; echo more >> README",
       .expected = Failed(FailureReason::kChangeNotCarried, {".git", "link"})},
      {.name = "git-folder-made-anew",
       .files = IndexedFiles(),
       .step =
           absl::StrCat(kIdentity, "rm -rf .git; git init -q; echo more >> README; git add -Af; git commit -qm all"),
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "objects-packed-by-the-step",
       .files = IndexedFiles(),
       .step = absl::StrCat(kIdentity, "echo n > new.lock; git add -f new.lock; git commit -qm n; git gc -q"),
       .expected = BranchPushed({"A 100644 new.lock"})},
  };
}

}  // namespace

std::vector<OddRepository> OddIndexes() {
  std::vector<OddRepository> all = Ignored();
  for (const auto& list : {Staged(), Committed()}) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace fleet::testing
