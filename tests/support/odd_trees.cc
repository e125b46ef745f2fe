#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

std::vector<StoredFile> TreeFiles() {
  return {
      {"README", "hello\n"}, {"dir/a", "a\n"}, {"dir/b", "b\n"}, {"link", "README", "120000"}, {"run.sh", "true\n"}};
}

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// Nested folders under the current one, far deeper than a path may be long: `count` of the name `name`, and in the
// last one the file "f".
std::string Nested(int count, const std::string& name) {
  return absl::StrCat("perl -e 'for (1..", count, ") { mkdir \"", name, "\" or die; chdir \"", name,
                      "\" or die } open(F, \">f\") or die; print F \"f\\n\"'");
}

std::vector<OddRepository> Kinds() {
  return {
      {.name = "nothing-done", .files = TreeFiles(), .step = "true", .expected = NoChanges()},
      {.name = "times-changed",
       .files = TreeFiles(),
       .step = "find . -path ./.git -prune -o -exec touch -h -d 2001-02-03 {} +",
       .expected = NoChanges()},
      {.name = "rewritten",
       .files = TreeFiles(),
       .step = "for f in README dir/a dir/b run.sh; do cp $f $f.new; mv $f.new $f; done; rm link; ln -s README link",
       .expected = NoChanges()},
      // Of the same size and time as before.
      {.name = "changed-behind-the-clock",
       .files = TreeFiles(),
       .step = "cp -p README \"$TMPDIR/r\"; echo HELLO > README; touch -r \"$TMPDIR/r\" README",
       .expected = BranchPushed({"M 100644 README"}, {{"README", "HELLO\n"}})},
      {.name = "changed-into-the-future",
       .files = TreeFiles(),
       .step = "echo HELLO > README; touch -d 2038-01-01 README dir/a",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "mode-changed",
       .files = TreeFiles(),
       .step = "chmod +x run.sh",
       .expected = BranchPushed({"M 100755 run.sh"}, {{"run.sh", "true\n"}})},
      {.name = "mode-of-others-changed",
       .files = TreeFiles(),
       .step = "chmod 600 README; chmod 777 dir; chmod 444 dir/a",
       .expected = NoChanges()},
      {.name = "mode-that-the-step-tells-git-to-ignore",
       .files = TreeFiles(),
       .step = "git config core.fileMode false; chmod +x run.sh",
       .expected = BranchPushed({"M 100755 run.sh"})},
      {.name = "empty-folders-made",
       .files = TreeFiles(),
       .step = "mkdir -p e/m/p/t/y dir/empty",
       .expected = NoChanges()},
      {.name = "binary",
       .files = {{"image", std::string("\x89PNG\0\r\n\x1a\n\xff", 10)}},
       .step = "printf '\\000\\377\\r\\n' >> image; : > empty",
       .expected = BranchPushed({"A 100644 empty", "M 100644 image"},
                                {{"empty", ""}, {"image", std::string("\x89PNG\0\r\n\x1a\n\xff\0\xff\r\n", 14)}})},
      {.name = "very-long-line",
       .files = TreeFiles(),
       .step = "head -c 3000000 /dev/zero | tr '\\0' x > line",
       .expected = BranchPushed({"A 100644 line"})},
      {.name = "links",
       .files = TreeFiles(),
       .step = "ln -s nowhere dangling; ln -s itself itself; ln -s dir to-folder; ln -s / to-root; ln -s \"$HOME\" h; "
               "rm h; ln -sfn dir/a link; ln dir/a hard",
       .expected = BranchPushed({"A 120000 dangling", "A 100644 hard", "A 120000 itself", "M 120000 link",
                                 "A 120000 to-folder", "A 120000 to-root"},
                                {{"dangling", "nowhere"}, {"link", "dir/a"}, {"to-root", "/"}})},
      {.name = "link-in-place-of-a-file",
       .files = TreeFiles(),
       .step = "rm README; ln -s run.sh README",
       .expected = BranchPushed({"T 120000 README"}, {{"README", "run.sh"}})},
      {.name = "link-in-place-of-a-folder",
       .files = TreeFiles(),
       .step = "mv dir \"$TMPDIR/dir\"; ln -s \"$TMPDIR/dir\" dir; ln -sfn /etc dir",
       .expected = BranchPushed({"A 120000 dir", "D 100644 dir/a", "D 100644 dir/b"}, {{"dir", "/etc"}})},
      {.name = "file-in-place-of-a-link",
       .files = TreeFiles(),
       .step = "rm link; echo v > link",
       .expected = BranchPushed({"T 100644 link"})},
      {.name = "file-in-place-of-a-folder",
       .files = TreeFiles(),
       .step = "rm -r dir; echo v > dir",
       .expected = BranchPushed({"A 100644 dir", "D 100644 dir/a", "D 100644 dir/b"})},
      {.name = "folder-in-place-of-a-file",
       .files = TreeFiles(),
       .step = "rm README; mkdir -p README/sub; echo v > README/sub/f",
       .expected = BranchPushed({"D 100644 README", "A 100644 README/sub/f"})},
      {.name = "everything-removed",
       .files = TreeFiles(),
       .step = "rm -r README dir link run.sh",
       .expected =
           BranchPushed({"D 100644 README", "D 100644 dir/a", "D 100644 dir/b", "D 120000 link", "D 100644 run.sh"})},
      {.name = "fifo-made",
       .files = TreeFiles(),
       .step = "mkfifo dir/pipe; echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "fifo-in-place-of-a-file",
       .files = TreeFiles(),
       .step = "rm dir/a; mkfifo dir/a; echo more >> README",
       .expected = Failed(FailureReason::kChangeNotCarried, {"dir/a"})},
      {.name = "socket-in-place-of-a-file",
       .files = TreeFiles(),
       .step = "rm dir/a; perl -MSocket -e 'socket(S, PF_UNIX, SOCK_STREAM, 0) or die; bind(S, sockaddr_un(\"dir/a\")) "
               "or die'",
       .expected = Failed(FailureReason::kChangeNotCarried, {"dir/a"})},
      {.name = "renamed-in-case",
       .files = TreeFiles(),
       .step = "mv README Readme; git mv run.sh RUN.SH",
       .expected = BranchPushed({"D 100644 README", "A 100644 RUN.SH", "A 100644 Readme", "D 100644 run.sh"})},
      {.name = "working-tree-removed",
       .files = TreeFiles(),
       .step = "rm -rf \"$PWD\"",
       .expected = Failed(FailureReason::kTreeBroken, {"working tree"})},
  };
}

std::vector<OddRepository> Sizes() {
  const std::string deep = Repeat("d/", 1000);
  return {
      {.name = "deep-carried",
       .files = TreeFiles(),
       .step = Nested(1000, "d"),
       .expected = BranchPushed({absl::StrCat("A 100644 ", deep, "f")}, {{deep + "f", "f\n"}})},
      {.name = "deep-changed",
       .files = {{deep + "f", "e\n"}},
       .step = "printf 'f\\n' > " + deep + "f",
       .expected = BranchPushed({absl::StrCat("M 100644 ", deep, "f")}, {{deep + "f", "f\n"}})},
      {.name = "deep-beyond-a-path",
       .files = TreeFiles(),
       .step = absl::StrCat("echo more >> README; ", Nested(200, Repeat("n", 100))),
       .expected = Failed(FailureReason::kChangeNotCarried, {"nnnnnnnnnn/nnnnnnnnnn"})},
      {.name = "deep-beyond-descriptors",
       .files = TreeFiles(),
       .step = Nested(2200, "d"),
       .expected = Failed(FailureReason::kChangeNotCarried, {"d/d/d"}),
       .is_slow = true},
      {.name = "deep-in-a-removed-folder",
       .files = TreeFiles(),
       .step = absl::StrCat(Nested(200, Repeat("n", 100)), "; rm -rf nnn*; echo more >> README"),
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "deep-in-the-temporary-folder",
       .files = TreeFiles(),
       .step = absl::StrCat("echo more >> README; cd \"$TMPDIR\"; ", Nested(3000, "d")),
       .expected = BranchPushed({"M 100644 README"}),
       .is_slow = true},
      {.name = "deep-in-an-ignored-folder",
       .files = {{".gitignore", "d/\n"}, {"README", "hello\n"}},
       .step = absl::StrCat("echo more >> README; ", Nested(2200, "d")),
       .expected = BranchPushed({"M 100644 README"}),
       .is_slow = true},
      {.name = "hundred-thousand-files",
       .setup = R"sh(
         awk 'BEGIN { print "blob\nmark :1\ndata 2\nx\n"
           print "commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 0"
           for (i = 0; i < 100000; ++i) print "M 100644 :1 d" int(i / 1000) "/f" i }' | git fast-import --quiet
       )sh",
       .step = "echo y > d7/f7123",
       .expected = BranchPushed({"M 100644 d7/f7123"}, {{"d7/f7123", "y\n"}}),
       .is_slow = true},
      {.name = "thousands-of-files-made",
       .files = TreeFiles(),
       .step = "mkdir many; cd many; perl -e 'for (1..5000) { open(F, \">$_\") or die; print F \"$_\\n\"; close F }'; "
               "ls | grep -v '^77$' | xargs rm",
       .expected = BranchPushed({"A 100644 many/77"}, {{"many/77", "77\n"}})},
  };
}

}  // namespace

std::vector<OddRepository> OddTrees() {
  std::vector<OddRepository> all = Kinds();
  const std::vector<OddRepository> sizes = Sizes();
  all.insert(all.end(), sizes.begin(), sizes.end());
  return all;
}

}  // namespace fleet::testing
