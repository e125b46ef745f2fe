#include "absl/strings/str_cat.h"
#include "tests/support/odd_repositories.h"

namespace fleet::testing {
namespace {

using domain::FailureReason;

// Legal in git, each a trap for something that handles names as text, as options, as patterns or as revisions.
std::vector<std::string> HostileNames() {
  return {" ",
          "#comment",
          "!negated",
          "$(touch hacked)",
          "'",
          "*",
          "-rf",
          "--",
          "--all",
          "..name",
          "...",
          ":(exclude)README",
          ":!README",
          ":",
          "HEAD",
          "NUL",
          "[a]",
          "\"quoted\"",
          "a\nb",
          "a\tb",
          "a\rb",
          "a\\b",
          "con.txt",
          "e\xcc\x81",  // é in two code points, and in one
          "\xc3\xa9",
          "\xe2\x80\xae\x67pj",
          "\xff\xfe",
          "\x1b[31m",
          "\x7f",
          "main",
          "trailing ",
          "trailing.",
          "x:y",
          "~",
          std::string(255, 'n')};
}

std::vector<StoredFile> StoredHostileNames() {
  std::vector<StoredFile> files = {{"README", "hello\n"}};
  for (const std::string& name : HostileNames()) files.push_back({name, "x\n"});
  files.push_back({"- dir\n/\xff/ f ", "x\n"});
  return files;
}

std::vector<std::string> Changes(const std::string& kind) {
  std::vector<std::string> changes;
  for (const std::string& name : HostileNames()) changes.push_back(absl::StrCat(kind, " 100644 ", name));
  changes.push_back(absl::StrCat(kind, " 100644 ", "- dir\n/\xff/ f "));
  return changes;
}

// A step that makes them all. In octal: parameters are UTF-8.
std::string MakeHostileNames() {
  std::string script =
      "make() { printf \"$1\" > \"$TMPDIR/name\"; perl -0777 -ne 'open(F, \">\", \"./$_\") or die \"$_: $!\"; "
      "print F \"x\\n\"' \"$TMPDIR/name\"; }\n";
  const auto octal = [](const std::string& text) {
    std::string all;
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      absl::StrAppend(&all, "\\", byte / 64, byte / 8 % 8, byte % 8);
    }
    return all;
  };
  for (const std::string& name : HostileNames()) absl::StrAppend(&script, "make '", octal(name), "'\n");
  absl::StrAppend(&script, "d=\"$(printf '\\055 dir\\n/\\377')\"; mkdir -p \"./$d\"; echo x > \"./$d/ f \"\n");
  return script;
}

// Names that git keeps out of every tree, since other systems take them for its own.
std::vector<OddRepository> ForbiddenNames() {
  const std::vector<StoredFile> files = {{"README", "hello\n"}};
  const auto forbidden = [&files](const std::string& name, const std::string& step, const std::string& path) {
    return OddRepository{.name = "name-" + name,
                         .files = files,
                         .step = absl::StrCat("echo more >> README; ", step),
                         .expected = Failed(FailureReason::kChangeNotCarried, {path})};
  };
  return {
      forbidden("git-in-upper-case", "mkdir .GIT; echo x > .GIT/config", ".GIT"),
      forbidden("git-short", "echo x > git~1", "git~1"),
      forbidden("git-with-a-dot", "mkdir -p 'a/.git.'; echo x > 'a/.git./f'", "a/.git."),
      forbidden("git-with-a-space", "echo x > '.git '", ".git "),
      forbidden("git-stream", "echo x > '.git::$INDEX_ALLOCATION'", ".git::$INDEX_ALLOCATION"),
      forbidden("gitmodules-link", "ln -s README .gitmodules", ".gitmodules"),
  };
}

}  // namespace

std::vector<OddRepository> OddNames() {
  std::vector<OddRepository> all = ForbiddenNames();
  all.push_back({.name = "hostile-names-made",
                 .files = {{"README", "hello\n"}},
                 .step = MakeHostileNames(),
                 .expected = BranchPushed(Changes("A"), {{"\xff\xfe", "x\n"}, {"a\nb", "x\n"}})});
  all.push_back({.name = "hostile-names-untouched",
                 .files = StoredHostileNames(),
                 .step = "touch -- *",
                 .expected = NoChanges()});
  all.push_back({.name = "hostile-names-removed",
                 .files = StoredHostileNames(),
                 .step = "find . -mindepth 1 -maxdepth 1 ! -name .git ! -name README -exec rm -r -- {} +",
                 .expected = BranchPushed(Changes("D"))});
  all.push_back({.name = "git-files-as-links",
                 .files = {{"README", "hello\n"}},
                 .step = "ln -s README .gitattributes; ln -s README .gitignore; ln -s README .mailmap",
                 .expected = BranchPushed({"A 120000 .gitattributes", "A 120000 .gitignore", "A 120000 .mailmap"})});
  all.push_back({.name = "git-files-as-folders",
                 .files = {{"README", "hello\n"}},
                 .step = "mkdir .gitattributes .gitignore; echo f > .gitignore/f",
                 .expected = BranchPushed({"A 100644 .gitignore/f"})});
  return all;
}

}  // namespace fleet::testing
