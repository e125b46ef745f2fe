#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

constexpr char kIdentAttributes[] = "*.c ident\n";
constexpr char kNothing[] = "true";
// The bytes that are there, written anew: only the times change.
constexpr char kRewriteAll[] =
    "find . -path ./.git -prune -o -type f -print | while read -r f; do cp \"$f\" \"$TMPDIR/f\"; cat \"$TMPDIR/f\" > "
    "\"$f\"; done";

// "*.txt -text" came first, "*.txt text" later: as stored, every line would change.
std::vector<StoredFile> StoredWithCarriageReturns() {
  return {{".gitattributes", "*.txt text\n"}, {"README", "hello\n"}, {"a.txt", "a\r\nb\r\n"}, {"b.txt", "c\r\n"}};
}

// Enough that some are checked out in the second in which the index is written, and some not.
std::vector<StoredFile> ManyWithCarriageReturns() {
  std::vector<StoredFile> files = StoredWithCarriageReturns();
  for (int i = 0; i < 2000; ++i) files.push_back({absl::StrCat("many/", i % 50, "/", i, ".txt"), "x\r\ny\r\n"});
  return files;
}

std::vector<OddRepository> LineEndings() {
  return {
      {.name = "crlf-untouched", .files = StoredWithCarriageReturns(), .step = kNothing, .expected = NoChanges()},
      {.name = "crlf-many-untouched", .files = ManyWithCarriageReturns(), .step = kNothing, .expected = NoChanges()},
      {.name = "crlf-other-file-changed",
       .files = StoredWithCarriageReturns(),
       .step = "echo more >> README; echo new > new",
       .expected = BranchPushed({"M 100644 README", "A 100644 new"}, {{"README", "hello\nmore\n"}})},
      {.name = "crlf-many-other-file-changed",
       .files = ManyWithCarriageReturns(),
       .step = "echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "crlf-changed",
       .files = StoredWithCarriageReturns(),
       .step = R"(printf 'd\r\n' >> a.txt)",
       .expected = BranchPushed({"M 100644 a.txt"}, {{"a.txt", "a\nb\nd\n"}})},
      {.name = "crlf-times-changed",
       .files = StoredWithCarriageReturns(),
       .step = "touch -d 2001-02-03 a.txt; touch b.txt",
       .expected = NoChanges()},
      {.name = "crlf-rewritten", .files = StoredWithCarriageReturns(), .step = kRewriteAll, .expected = NoChanges()},
      {.name = "crlf-mode-changed",
       .files = StoredWithCarriageReturns(),
       .step = "chmod +x a.txt",
       .expected = BranchPushed({"M 100755 a.txt"})},
      {.name = "crlf-deleted",
       .files = StoredWithCarriageReturns(),
       .step = "rm a.txt",
       .expected = BranchPushed({"D 100644 a.txt"})},
      {.name = "crlf-index-refreshed-by-the-step",
       .files = StoredWithCarriageReturns(),
       .step = "git status --short; git diff --stat; git update-index --refresh || true",
       .expected = NoChanges()},
      // What is added by hand is touched; what "add everything" passes over is not.
      {.name = "crlf-renormalized-by-the-step",
       .files = StoredWithCarriageReturns(),
       .step = "git add --renormalize a.txt",
       .expected = BranchPushed({"M 100644 a.txt"}, {{"a.txt", "a\nb\n"}})},
      {.name = "crlf-everything-added-by-the-step",
       .files = StoredWithCarriageReturns(),
       .step = "echo more >> README; git add -A",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "crlf-everything-committed-by-the-step",
       .files = StoredWithCarriageReturns(),
       .step = "git config user.name x; git config user.email x@example.com; echo more >> README; git commit -qam all",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "crlf-by-a-macro",
       .files = {{".gitattributes", "[attr]prose text\n*.txt prose\n"}, {"a.txt", "a\r\n"}},
       .step = kNothing,
       .expected = NoChanges()},
      {.name = "crlf-by-attributes-of-a-folder",
       .files = {{"README", "hello\n"}, {"doc/.gitattributes", "* text\n"}, {"doc/a", "a\r\n"}, {"doc/b", "b\r\n"}},
       .step = R"(printf 'c\r\n' > doc/b)",
       .expected = BranchPushed({"M 100644 doc/b"}, {{"doc/b", "c\n"}})},
      {.name = "eol-crlf-untouched",
       .files = {{".gitattributes", "*.bat text eol=crlf\n"}, {"a.bat", "a\n"}, {"b.bat", "b\r\n"}},
       .step = kNothing,
       .expected = NoChanges()},
      {.name = "eol-crlf-changed",
       .files = {{".gitattributes", "*.bat text eol=crlf\n"}, {"a.bat", "a\n"}, {"b.bat", "b\r\n"}},
       .step = R"(printf 'c\r\n' >> a.bat)",
       .expected = BranchPushed({"M 100644 a.bat"}, {{"a.bat", "a\nc\n"}})},
      {.name = "text-auto-untouched",
       .files = {{".gitattributes", "* text=auto\n"}, {"mixed", "a\r\nb\n"}, {"crlf", "a\r\n"}, {"cr", "a\rb\r"}},
       .step = kRewriteAll,
       .expected = NoChanges()},
      {.name = "text-auto-changed",
       .files = {{".gitattributes", "* text=auto\n"}, {"mixed", "a\r\nb\n"}, {"lf", "a\n"}},
       .step = R"(printf 'c\r\n' >> mixed; printf 'c\r\n' > lf; printf 'n\r\n' > new)",
       .expected = BranchPushed({"M 100644 lf", "M 100644 mixed", "A 100644 new"},
                                {{"lf", "c\n"}, {"mixed", "a\r\nb\nc\r\n"}, {"new", "n\n"}})},
      {.name = "attributes-changed-by-the-step",
       .files = {{"a.txt", "a\r\n"}, {"b.txt", "b\r\n"}},
       .step = "echo '*.txt text' > .gitattributes",
       .expected = BranchPushed({"A 100644 .gitattributes"})},
      {.name = "attributes-removed-by-the-step",
       .files = {{".gitattributes", "*.bat text eol=crlf\n"}, {"a.bat", "a\n"}},
       .step = "rm .gitattributes",
       .expected = BranchPushed({"D 100644 .gitattributes"})},
      {.name = "attributes-that-only-the-step-knows",
       .files = {{"a.txt", "a\r\n"}},
       .step = R"(mkdir -p .git/info; echo '* text' > .git/info/attributes; printf 'b\r\n' >> a.txt)",
       .expected = BranchPushed({"M 100644 a.txt"}, {{"a.txt", "a\r\nb\r\n"}})},
      {.name = "settings-that-only-the-step-knows",
       .files = {{"a.txt", "a\r\n"}, {"b.txt", "b\n"}},
       .step = R"(for git in 'git config' 'git config --global'; do
           $git core.autocrlf true; $git core.symlinks false; $git core.ignoreCase true; $git core.fileMode false
         done
         printf 'b\r\n' > b.txt; ln -s a.txt link; echo C > B.txt; chmod +x a.txt)",
       .expected = BranchPushed({"A 100644 B.txt", "M 100755 a.txt", "M 100644 b.txt", "A 120000 link"},
                                {{"b.txt", "b\r\n"}, {"a.txt", "a\r\n"}})},
      {.name = "attributes-without-effect-on-what-is-stored",
       .files = {{".gitattributes", "doc/ export-ignore\n*.js linguist-generated diff=js merge=ours\nv export-subst\n"},
                 {"doc/a", "a\n"},
                 {"a.js", "a\n"},
                 {"v", "$Format:%H$\n"}},
       .step = "echo b >> doc/a; echo b >> a.js; echo b >> v",
       .expected = BranchPushed({"M 100644 a.js", "M 100644 doc/a", "M 100644 v"}, {{"v", "$Format:%H$\nb\n"}})},
  };
}

std::vector<OddRepository> Encodings() {
  const std::vector<StoredFile> utf16 = {{".gitattributes", "*.txt text working-tree-encoding=UTF-16LE\n"},
                                         {"a.txt", "gr\xc3\xbc\xc3\x9f\n"},
                                         {"b.txt", "b\n"}};
  // UTF-16 as it was before the attribute came: git cannot make it of what is stored, and checks it out as it is.
  const std::vector<StoredFile> raw = {{".gitattributes", "*.txt working-tree-encoding=UTF-16\n"},
                                       {"README", "hello\n"},
                                       {"a.txt", std::string("\xff\xfe\x61\0\n\0", 6)}};
  const std::vector<StoredFile> unknown = {
      {".gitattributes", "*.txt working-tree-encoding=no-such\n"}, {"README", "hello\n"}, {"a.txt", "a\n"}};
  return {
      {.name = "utf16-untouched", .files = utf16, .step = kRewriteAll, .expected = NoChanges()},
      {.name = "utf16-changed",
       .files = utf16,
       .step = R"(printf 'c\0\n\0' > a.txt)",
       .expected = BranchPushed({"M 100644 a.txt"}, {{"a.txt", "c\n"}})},
      {.name = "utf16-stored-raw-untouched", .files = raw, .step = kNothing, .expected = NoChanges()},
      {.name = "utf16-stored-raw-other-file-changed",
       .files = raw,
       .step = "echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "unknown-encoding-other-file-changed",
       .files = unknown,
       .step = "echo more >> README; touch a.txt",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "unknown-encoding-changed",
       .files = unknown,
       .step = "echo more >> a.txt",
       .expected = Failed(FailureReason::kChangeNotCarried, {"a.txt"})},
      {.name = "encoding-that-does-not-fit",
       .files = {{".gitattributes", "*.txt working-tree-encoding=UTF-16\n"}, {"README", "hello\n"}},
       .step = "echo 'no byte order mark' > new.txt",
       .expected = Failed(FailureReason::kChangeNotCarried, {"new.txt"})},
      {.name = "ident-untouched",
       .files = {{".gitattributes", kIdentAttributes}, {"a.c", "/* $Id$ */\n"}, {"b.c", "/* $Id: expanded $ */\n"}},
       .step = kNothing,
       .expected = NoChanges()},
      {.name = "ident-rewritten",
       .files = {{".gitattributes", kIdentAttributes}, {"a.c", "/* $Id$ */\n"}, {"b.c", "/* $Id: expanded $ */\n"}},
       .step = kRewriteAll,
       .expected = NoChanges()},
      {.name = "ident-changed",
       .files = {{".gitattributes", kIdentAttributes}, {"a.c", "/* $Id$ */\n"}, {"b.c", "/* $Id: expanded $ */\n"}},
       .step = "echo 'int a;' >> a.c",
       .expected = BranchPushed({"M 100644 a.c"}, {{"a.c", "/* $Id$ */\nint a;\n"}})},
  };
}

// A filter that no runner knows: as LFS where git-lfs is not set up, or git-crypt.
std::vector<OddRepository> Filters() {
  const std::vector<StoredFile> files = {{".gitattributes", "*.key filter=crypt diff=crypt\n"},
                                         {"README", "hello\n"},
                                         {"a.key", "sealed a"},
                                         {"b.key", "sealed b"}};
  const Expected refused = Failed(FailureReason::kChangeNotCarried, {"a.key", "crypt"});
  return {
      {.name = "unknown-filter-untouched", .files = files, .step = kRewriteAll, .expected = NoChanges()},
      {.name = "unknown-filter-other-file-changed",
       .files = files,
       .step = "echo more >> README",
       .expected = BranchPushed({"M 100644 README"})},
      {.name = "unknown-filter-changed", .files = files, .step = "echo open > a.key", .expected = refused},
      {.name = "unknown-filter-new-file",
       .files = files,
       .step = "mkdir sub; echo open > sub/c.key; echo more >> README",
       .expected = Failed(FailureReason::kChangeNotCarried, {"sub/c.key", "crypt"})},
      {.name = "unknown-filter-named-by-the-step",
       .files = {{"README", "hello\n"}},
       .step = "echo '*.key filter=crypt' > .gitattributes; echo open > a.key",
       .expected = refused},
      {.name = "unknown-filter-deleted",
       .files = files,
       .step = "rm a.key",
       .expected = BranchPushed({"D 100644 a.key"})},
      {.name = "unknown-filter-renamed-in-the-index",
       .files = files,
       .step = "git mv a.key c.key",
       .expected = BranchPushed({"D 100644 a.key", "A 100644 c.key"}, {{"c.key", "sealed a"}})},
      {.name = "unknown-filter-path-that-is-not-utf8",
       .files = {{".gitattributes", "*.key filter=crypt\n"}, {"\xff\xfe.key", "sealed"}},
       .step = "echo open > \"$(printf '\\377\\376.key')\"",
       .expected = Failed(FailureReason::kChangeNotCarried, {".key", "crypt"})},
      // Nobody sealed it.
      {.name = "unknown-filter-staged-by-the-step",
       .files = files,
       .step = "echo open > a.key; git add a.key",
       .expected = refused},
      // It is the step's own, and a program that nobody asked for.
      {.name = "filter-set-up-by-the-step",
       .files = files,
       .step = "git config filter.crypt.clean 'tr a-z A-Z'; echo open > a.key",
       .expected = refused},
  };
}

}  // namespace

std::vector<OddRepository> OddAttributes() {
  std::vector<OddRepository> all = LineEndings();
  for (const auto& list : {Encodings(), Filters()}) all.insert(all.end(), list.begin(), list.end());
  return all;
}

}  // namespace fleet::testing
