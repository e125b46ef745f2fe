#include "tests/property/change_case.h"

#include <algorithm>
#include <set>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/property/case_choices.h"
#include "tests/property/step_operations.h"

namespace fleet::testing {
namespace {

constexpr char kSubmoduleCommit[] = "1111111111111111111111111111111111111111";

// "turn" is its own inverse; "trim" only works towards the repository, so that stored content can contradict it.
constexpr char kFilters[] = R"([filter "turn"]
  clean = tr 'a-mn-z' 'n-za-m'
  smudge = tr 'a-mn-z' 'n-za-m'
[filter "trim"]
  clean = sed 's/[[:blank:]]*$//'
[filter "must"]
  clean = grep -v forbidden
  smudge = cat
  required = true
)";

std::string LineEndings(SeededRandom& random) {
  switch (random.Between(1, 16)) {
    case 1:
      return "[core]\n  autocrlf = true\n";
    case 2:
      return "[core]\n  autocrlf = input\n";
    case 3:
      return "[core]\n  eol = crlf\n";
    case 4:
      return "[core]\n  autocrlf = true\n  safecrlf = true\n";
    default:
      return "";
  }
}

void AddFiles(CaseChoices& choices, ChangeCase& change) {
  SeededRandom& random = choices.random();
  std::vector<std::string> names = CaseChoices::Names();
  random.Draw(names, static_cast<std::size_t>(random.Between(4, 11)));
  for (const std::string& name : names) {
    if (random.OneIn(12)) {
      change.files.push_back({name, "120000", random.OneIn(2) ? "README" : "../nowhere"});
    } else {
      change.files.push_back({name, random.OneIn(6) ? "100755" : "100644", choices.Content()});
    }
  }
  if (random.Percent(85)) change.files.push_back({".gitattributes", "100644", choices.Attributes()});
  if (random.OneIn(5)) change.files.push_back({"src/.gitattributes", "100644", choices.Attributes()});
  if (random.OneIn(2)) change.files.push_back({".gitignore", "100644", choices.Ignores()});
  if (random.OneIn(100)) change.files.push_back({"src/.gitignore", "120000", "../.gitignore"});
  if (random.OneIn(8)) change.files.push_back({"lib/.gitignore", "100644", choices.Ignores()});
  if (random.OneIn(4)) change.files.push_back({random.OneIn(2) ? "sub" : "lib/mod", "160000", kSubmoduleCommit});
}

// The name in fast-import's quotes.
std::string Quoted(absl::string_view path) {
  std::string quoted = "\"";
  for (const char c : path) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '.') {
      quoted.push_back(c);
    } else {
      absl::StrAppendFormat(&quoted, "\\%03o", static_cast<unsigned char>(c));
    }
  }
  return quoted + "\"";
}

}  // namespace

ChangeCase MakeChangeCase(uint64_t seed) {
  CaseChoices choices(seed);
  ChangeCase change;
  change.seed = seed;
  change.filters = kFilters;
  change.endings = LineEndings(choices.random());
  if (choices.random().OneIn(2)) change.excludes = choices.Ignores();
  AddFiles(choices, change);
  StepOperations operations(choices, change.files);
  // Few operations leave most of the tree untouched, which is what most steps do.
  const int count = choices.random().OneIn(3) ? choices.random().Between(0, 3) : choices.random().Between(2, 12);
  for (int i = 0; i < count; ++i) change.operations.push_back(operations.Next());
  return change;
}

std::string StepScript(const ChangeCase& change) {
  std::string script = R"(export GIT_LITERAL_PATHSPECS=1
export GIT_AUTHOR_NAME=Step GIT_AUTHOR_EMAIL=step@example.com GIT_AUTHOR_DATE='1700000000 +0000'
export GIT_COMMITTER_NAME=Step GIT_COMMITTER_EMAIL=step@example.com GIT_COMMITTER_DATE='1700000000 +0000'
tmp=$TMPDIR/x
)";
  const std::string body = absl::StrJoin(change.operations, "\n", [](std::string* out, const std::string& operation) {
    absl::StrAppend(out, "{ ", operation, "\n} || :");
  });
  if (absl::StrContains(body, "$base")) script += "base=$(git rev-parse -q --verify HEAD)\n";
  return absl::StrCat(script, body, "\nexit 0\n");
}

std::string ImportStream(const ChangeCase& change, absl::string_view ref) {
  std::string stream =
      absl::StrCat("commit ", ref, "\ncommitter Ada <ada@example.com> 1600000000 +0000\ndata 4\nbase\n");
  for (const StoredFile& file : change.files) {
    if (file.mode == "160000") {
      absl::StrAppend(&stream, "M 160000 ", file.content, " ", Quoted(file.path), "\n");
    } else {
      absl::StrAppend(&stream, "M ", file.mode, " inline ", Quoted(file.path), "\ndata ", file.content.size(), "\n",
                      file.content, "\n");
    }
  }
  return stream + "\n";
}

std::string Describe(const ChangeCase& change) {
  std::string text =
      absl::StrCat("seed ", change.seed, "\nconfiguration of the operator:\n", change.filters, change.endings);
  if (!change.excludes.empty()) absl::StrAppend(&text, "core.excludesFile:\n", change.excludes);
  absl::StrAppend(&text, "stored:\n");
  for (const StoredFile& file : change.files) {
    absl::StrAppend(&text, "  ", file.mode, " \"", absl::CHexEscape(file.path), "\": \"",
                    absl::CHexEscape(file.content), "\"\n");
  }
  return absl::StrCat(text, "step:\n", StepScript(change));
}

std::string ShellWord(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

}  // namespace fleet::testing
