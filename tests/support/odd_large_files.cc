#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

constexpr char kAttributes[] = "*.bin filter=lfs diff=lfs merge=lfs -text\n";
constexpr char kVersion[] = "version https://git-lfs.github.com/spec/v1\n";

std::string Pointer(const std::string& sha256, int size) {
  return absl::StrCat(kVersion, "oid sha256:", sha256, "\nsize ", size, "\n");
}

// Of "old\n" and of "new\n".
std::string OldPointer() { return Pointer("01d09d19c2139a46aebfb577780d123d7396e97201bc7ead210a2ebff8239dee", 4); }
std::string NewPointer() { return Pointer("7aa7a5359173d05b63cfd682e3c38487f3cb4f7f1d60659fe59fab1505977d4c", 4); }

std::vector<StoredFile> LargeFiles() {
  return {{".gitattributes", kAttributes}, {"README", "hello\n"}, {"a.bin", OldPointer()}};
}

// What the forge holds beside git's objects.
constexpr char kKeepOld[] = R"sh(
  folder=lfs/objects/01/d0
  mkdir -p $folder
  echo old > $folder/01d09d19c2139a46aebfb577780d123d7396e97201bc7ead210a2ebff8239dee
)sh";

// Every pointer on the branch has its object there.
constexpr char kObjectsAreThere[] = R"sh(
  for path in $(git ls-tree -r --name-only "$BRANCH" | grep '\.bin$'); do
    oid=$(git show "$BRANCH:$path" | sed -n 's/^oid sha256://p')
    file=lfs/objects/$(echo "$oid" | cut -c1-2)/$(echo "$oid" | cut -c3-4)/$oid
    if [ ! -f "$file" ]; then echo "$path: no object $oid"; continue; fi
    [ "$(sha256sum < "$file")" = "$oid  -" ] || echo "$path: object $oid is damaged"
  done
)sh";

}  // namespace

std::vector<OddRepository> OddLargeFiles() {
  const auto pushed = [](std::vector<std::string> changes, std::map<std::string, std::string> contents) {
    return BranchPushed(std::move(changes), std::move(contents), kObjectsAreThere);
  };
  return {
      {.name = "lfs-untouched", .files = LargeFiles(), .setup = kKeepOld, .step = "true", .expected = NoChanges()},
      {.name = "lfs-rewritten",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "[ \"$(cat a.bin)\" = old ]; echo old > a.bin",
       .expected = NoChanges()},
      {.name = "lfs-other-file-changed",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "echo more >> README",
       .expected = pushed({"M 100644 README"}, {})},
      {.name = "lfs-changed",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "echo new > a.bin",
       .expected = pushed({"M 100644 a.bin"}, {{"a.bin", NewPointer()}})},
      {.name = "lfs-new-files",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "mkdir sub; echo new > sub/b.bin; head -c 300000 /dev/zero > c.bin",
       .expected = pushed({"A 100644 c.bin", "A 100644 sub/b.bin"}, {{"sub/b.bin", NewPointer()}})},
      {.name = "lfs-empty-file",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = ": > empty.bin",
       .expected = BranchPushed({"A 100644 empty.bin"}, {{"empty.bin", ""}})},
      {.name = "lfs-first-file",
       .files = {{"README", "hello\n"}},
       .step = absl::StrCat("printf '%s\\n' '", kAttributes, "' > .gitattributes; echo new > a.bin"),
       .expected = pushed({"A 100644 .gitattributes", "A 100644 a.bin"}, {{"a.bin", NewPointer()}})},
      {.name = "lfs-deleted",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "rm a.bin",
       .expected = pushed({"D 100644 a.bin"}, {})},
      {.name = "lfs-renamed",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "mv a.bin b.bin",
       .expected = pushed({"D 100644 a.bin", "A 100644 b.bin"}, {{"b.bin", OldPointer()}})},
      {.name = "lfs-renamed-in-the-index",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "git mv a.bin b.bin",
       .expected = pushed({"D 100644 a.bin", "A 100644 b.bin"}, {{"b.bin", OldPointer()}})},
      // Stored before the attribute came: untouched it stays as it is.
      {.name = "lfs-stored-whole-untouched",
       .files = {{".gitattributes", kAttributes}, {"README", "hello\n"}, {"a.bin", "whole\n"}},
       .step = "echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "lfs-taken-back",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "rm .gitattributes; echo whole > a.bin",
       .expected = BranchPushed({"D 100644 .gitattributes", "M 100644 a.bin"}, {{"a.bin", "whole\n"}})},
      // The step's own git knows no filter.
      {.name = "lfs-staged-by-the-step",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = "echo new > a.bin; git add a.bin",
       .expected = pushed({"M 100644 a.bin"}, {{"a.bin", NewPointer()}})},
      {.name = "lfs-pointer-to-nothing",
       .files = LargeFiles(),
       .setup = kKeepOld,
       .step = absl::StrCat("printf '%s' '", NewPointer(), "' > a.bin"),
       .expected = Failed(FailureReason::kChangeNotCarried, {"a.bin"})},
      // A file where the server's objects would go.
      {.name = "lfs-server-takes-no-object",
       .files = {{".gitattributes", kAttributes}, {"README", "hello\n"}},
       .setup = ": > lfs",
       .step = "echo new > a.bin",
       .expected = Failed(FailureReason::kChangeNotCarried, {"a.bin"})},
  };
}

}  // namespace fleet::testing
