#include "tests/property/step_operations.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fleet::testing {
namespace {

constexpr char kEverything[] = "find . -path ./.git -prune -o -type f -exec";

// For printf(1), which knows no \x in every shell.
std::string PrintfWord(const std::string& content) {
  std::string word;
  for (const char c : content) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == ' ') {
      word.push_back(c);
    } else {
      absl::StrAppendFormat(&word, "\\%03o", static_cast<unsigned char>(c));
    }
  }
  return absl::StrCat("'", word, "'");
}

}  // namespace

StepOperations::StepOperations(CaseChoices& choices, const std::vector<StoredFile>& files)
    : choices_(choices), random_(choices.random()) {
  for (const StoredFile& file : files) paths_.push_back(file.path);
}

std::string StepOperations::Path() { return ShellWord(random_.Of(paths_)); }
std::string StepOperations::File() { return ShellWord("./" + random_.Of(paths_)); }
std::string StepOperations::Print() { return absl::StrCat("printf ", PrintfWord(choices_.Content())); }

std::string StepOperations::NewPath() {
  const std::string& path = random_.Of(CaseChoices::NewNames());
  paths_.push_back(path);
  return ShellWord("./" + path);
}

std::string StepOperations::Next() {
  const int kind = random_.Between(1, 100);
  if (kind <= 30) return WriteFiles();
  if (kind <= 38) return MoveFiles();
  if (kind <= 46) return AddFiles();
  if (kind <= 53) return ChangeRules();
  if (kind <= 69) return Stage();
  if (kind <= 81) return StageByPlumbing();
  if (kind <= 89) return Commit();
  if (kind <= 96) return Restore();
  return Spoil();
}

std::string StepOperations::WriteFiles() {
  const std::string file = File();
  switch (random_.Between(1, 15)) {
    case 1:
      return absl::StrCat("cat ", file, " >\"$tmp\" && cat \"$tmp\" >", file);
    case 2:
    case 3:  // other bytes of the same length, in place
      return absl::StrCat("tr 'a-z' 'b-za' <", file, " >\"$tmp\" && cat \"$tmp\" >", file);
    case 4:
      return absl::StrCat("printf 'more\\n' >>", file);
    case 5:
      return absl::StrCat("printf 'more\\r\\n' >>", file);
    case 6:
      return absl::StrCat(Print(), " >", file);
    case 7:
      return absl::StrCat("touch ", file);
    case 8:
      return absl::StrCat("touch -d '2001-02-03 04:05:06' ", file);
    case 9:
      return absl::StrCat(kEverything, " sed -i ", random_.OneIn(2) ? "s/zzzz/y/" : "s/two/TWO/", " {} +");
    case 10:
      return absl::StrCat("chmod ", random_.OneIn(2) ? "+x " : "-x ", file);
    case 11:
      return absl::StrCat("chmod 600 ", file);
    case 12:
      return absl::StrCat("sed -i 's/\\r*$/\\r/' ", file);
    case 13:
      return absl::StrCat("sed -i 's/\\r$//' ", file);
    case 14:
      return absl::StrCat(kEverything, random_.OneIn(2) ? " sed -i 's/\\r$//'" : " sed -i 's/\\r*$/\\r/'", " {} +");
    default:
      return absl::StrCat("printf 'forbidden\\n' >", file);
  }
}

std::string StepOperations::MoveFiles() {
  const std::string file = File();
  switch (random_.Between(1, 10)) {
    case 1:
    case 2:
      return absl::StrCat("rm -rf ", file);
    case 3:
      return absl::StrCat("mv ", file, " ", NewPath());
    case 4:
      return absl::StrCat("git mv -f -- ", Path(), " ", NewPath());
    case 5:  // a directory in its place
      return absl::StrCat("rm -rf ", file, " && mkdir ", file, " && ", Print(), " >", file, "/in.txt");
    case 6:  // there and back
      return absl::StrCat("mv ", file, " \"$tmp.d\" && mkdir ", file, " && rmdir ", file, " && mv \"$tmp.d\" ", file);
    case 7:  // a file in the place of a directory
      return absl::StrCat("rm -rf src && ", Print(), " >src");
    case 8:
      return absl::StrCat("ln -sf ", random_.OneIn(2) ? "README" : "nowhere", " ", file);
    case 9:
      return "mv src moved && ln -s moved src";
    default:  // a link by its content
      return absl::StrCat("cp ", file, " \"$tmp\" && rm ", file, " && cp \"$tmp\" ", file);
  }
}

std::string StepOperations::AddFiles() {
  const std::string path = NewPath();
  const std::string make = absl::StrCat("mkdir -p \"$(dirname ", path, ")\" && ");
  if (random_.OneIn(6)) return absl::StrCat(make, "ln -s README ", path);
  if (random_.OneIn(8))
    return absl::StrCat("mkdir -p sub lib/mod && ", Print(), " >", random_.OneIn(2) ? "sub/i" : "lib/mod/i");
  if (random_.OneIn(8)) return absl::StrCat(make, "mkdir ", path);
  return absl::StrCat(make, Print(), " >", path, random_.OneIn(4) ? absl::StrCat(" && git add -f -- ", path) : "");
}

std::string StepOperations::ChangeRules() {
  const std::string place = random_.OneIn(4) ? "src/" : "";
  switch (random_.Between(1, 7)) {
    case 1:
    case 2:
      paths_.push_back(place + ".gitattributes");
      return absl::StrCat("printf ", PrintfWord(choices_.Attributes()), " >", place, ".gitattributes");
    case 3:
    case 4:
      paths_.push_back(place + ".gitattributes");
      return absl::StrCat("printf ", PrintfWord(choices_.Attributes()), " >>", place, ".gitattributes");
    case 5:
      return absl::StrCat("rm ", place, ".gitattributes");
    case 6:
      paths_.push_back(place + ".gitignore");
      return absl::StrCat("printf ", PrintfWord(choices_.Ignores()), " >", place, ".gitignore");
    default:
      return "rm .gitignore";
  }
}

std::string StepOperations::Stage() {
  const std::string path = Path();
  switch (random_.Between(1, 14)) {
    case 1:
      return absl::StrCat("git add -- ", path);
    case 2:  // written again within the tick of staging, if git is quick
      return absl::StrCat("printf 'one\\n' >./", path, "; git add -f -- ", path, "; printf 'two\\n' >./", path);
    case 3:
    case 4:
      return absl::StrCat("git add -f -- ", path);
    case 5:
      return absl::StrCat("git add -f -N -- ", path);
    case 6:
      return absl::StrCat("git add ", random_.OneIn(2) ? "--chmod=+x" : "--chmod=-x", " -- ", path);
    case 7:
      return "git add --renormalize .";
    case 8:
      return absl::StrCat("git add --renormalize -- ", path);
    case 9:
      return random_.OneIn(2) ? "git add -A" : "git add -u";
    case 10:
    case 11:
      return absl::StrCat("git rm -q -r -f -- ", path);
    case 12:
    case 13:
      return absl::StrCat("git rm -q -r -f --cached -- ", path);
    default:
      return absl::StrCat("git add -f -- ", path, " && rm -rf ", ShellWord("./"), path);
  }
}

std::string StepOperations::StageByPlumbing() {
  const std::string path = Path();
  const std::string blob = absl::StrCat("$(", Print(), " | git hash-object -w --stdin)");
  switch (random_.Between(1, 12)) {
    case 1:
      return absl::StrCat("git update-index --add --cacheinfo \"100644,", blob, ",\"", path);
    case 2: {
      const std::string& fresh = random_.Of(CaseChoices::NewNames());
      return absl::StrCat("git update-index --add --cacheinfo \"100755,", blob, ",\"", ShellWord(fresh));
    }
    case 3:
      return absl::StrCat("git update-index --add --cacheinfo 160000,2222222222222222222222222222222222222222,",
                          random_.OneIn(2) ? "sub" : "lib/mod");
    case 4:
      return absl::StrCat("git update-index --chmod=", random_.OneIn(2) ? "+x" : "-x", " -- ", path);
    case 5:
      return absl::StrCat("git update-index --skip-worktree -- ", path,
                          random_.OneIn(2) ? absl::StrCat(" && rm ./", path) : "");
    case 6:
      return absl::StrCat("git update-index --assume-unchanged -- ", path);
    case 7:
    case 8:  // a patch for the index alone
      return absl::StrCat("cp ./", path, " \"$tmp\" && printf 'patched\\n' >>./", path, " && git diff --binary -- ",
                          path, " >\"$tmp.patch\" ; cp \"$tmp\" ./", path, " ; git apply --cached \"$tmp.patch\"");
    case 9:  // a patch for both
      return absl::StrCat("cp ./", path, " \"$tmp\" && printf 'patched\\n' >>./", path, " && git diff --binary -- ",
                          path, " >\"$tmp.patch\" ; cp \"$tmp\" ./", path, " ; git apply --index \"$tmp.patch\"");
    case 10:
      return random_.OneIn(2) ? "git sparse-checkout set src"
                              : "git sparse-checkout set --no-cone '/*' '!/lib' '!/*.txt'";
    case 11:
      return "git read-tree HEAD";
    default:  // a commit that the index knows nothing of
      return absl::StrCat("git update-index --add --cacheinfo \"100644,", blob, ",\"", path,
                          " && git update-ref HEAD \"$(git commit-tree -p HEAD -m plumbing \"$(git write-tree)\")\""
                          " && git read-tree ",
                          random_.OneIn(2) ? "$base" : "HEAD");
  }
}

std::string StepOperations::Commit() {
  switch (random_.Between(1, 8)) {
    case 1:
    case 2:
      return "git commit -q -m staged";
    case 3:
    case 4:
      return "git commit -q -a -m all";
    case 5:
      return "git add -A && git commit -q -m everything";
    case 6:
      return "git checkout -q -b other && git commit -q -a --allow-empty -m other";
    case 7:
      return absl::StrCat("git commit -q -m one -- ", Path());
    default:  // mostly a conflict
      return absl::StrCat("git checkout -q -b left && printf 'left\\n' >>", File(),
                          " && git commit -q -a -m left && git checkout -q -b right \"$base\" && printf 'right\\n' >>",
                          File(), " && git commit -q -a -m right && git merge -q left");
  }
}

std::string StepOperations::Restore() {
  switch (random_.Between(1, 12)) {
    case 1:
      return "git reset -q --soft $base";
    case 2:
      return "git reset -q --mixed $base";
    case 3:
      return "git reset -q --hard";
    case 4:
      return "git reset -q";
    case 5:
      return "git stash -q";
    case 6:
      return "git stash -q && git stash pop -q";
    case 7:
      return "git stash -q -u";
    case 8:
    case 9:
      return absl::StrCat("git checkout -q -- ", Path());
    case 10:
      return "git checkout -q -- .";
    case 11:
      return absl::StrCat("git reset -q -- ", Path());
    default:
      return random_.OneIn(2) ? "git clean -q -f -d" : "git status >\"$tmp\"";
  }
}

std::string StepOperations::Spoil() {
  switch (random_.Between(1, 4)) {
    case 1:
      return "rm -f .git/index";
    case 2:
      return "rm -rf .git";
    case 3:
      return "rm -f .git/index && git reset -q";
    default:
      return "rm -rf ./*";
  }
}

}  // namespace fleet::testing
