#include "tests/e2e/corpus_judge.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace fleet::e2e {
namespace {

using End = testing::Expected::End;

constexpr char kBranchFacts[] = R"sh(
  git rev-parse -q --verify "$BASE" 2>/dev/null || echo none
  git for-each-ref --format='%(objectname) %(tree) %(parent)' "refs/heads/$BRANCH"
)sh";
constexpr char kChanges[] = R"sh(git diff-tree -r -z --raw --no-renames --no-abbrev "$BASE" "refs/heads/$BRANCH" --)sh";
// More than this of a list says no more.
constexpr std::size_t kShown = 12;

// Of "git diff-tree --raw -z": ":100644 100755 <id> <id> M", and the path as the next field.
std::map<std::string, std::string> ParseChanges(const std::string& raw) {
  std::map<std::string, std::string> ids;  // by change, as an expectation is written
  const std::vector<std::string> fields = absl::StrSplit(raw, '\0');
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const std::vector<std::string> words = absl::StrSplit(absl::StripPrefix(fields[i], ":"), ' ');
    if (words.size() != 5) continue;
    const bool gone = words[4] == "D";
    ids[absl::StrCat(words[4], " ", words[gone ? 0 : 1], " ", fields[i + 1])] = words[gone ? 2 : 3];
  }
  return ids;
}

std::string Readable(const std::string& text) {
  constexpr std::size_t kMost = 400;
  const std::string escaped = absl::CHexEscape(text);
  return escaped.size() <= kMost ? escaped : absl::StrCat(escaped.substr(0, kMost), "… (", text.size(), " bytes)");
}

std::string EndOf(const v1::Task& task) {
  if (task.state() == v1::TASK_STATE_COMPLETED) return v1::TaskOutcome_Name(task.outcome());
  std::string end = v1::TaskState_Name(task.state());
  if (task.has_failure()) {
    absl::StrAppend(&end, ", ", v1::FailureReason_Name(task.failure().reason()), ": ",
                    Readable(task.failure().message()));
  }
  return end;
}

}  // namespace

CorpusJudge::CorpusJudge(const GitOrigin& origin, const std::string& repo, const testing::OddRepository& odd,
                         const v1::Task& task, std::string branch)
    : origin_(origin), repo_(repo), odd_(odd), expected_(odd.expected), task_(task), branch_(std::move(branch)) {
  ReadBranch();
  JudgeEnd();
  if (expected_.end == End::kFailed && task_.has_failure()) JudgeFailure();
  JudgeBranch();
  if (!expected_.check.empty()) JudgeCheck();
}

void CorpusJudge::Miss(const std::string& what) { mismatches_.push_back(what); }

std::string CorpusJudge::Shell(const std::string& script) const {
  const std::string base = odd_.default_branch.empty() ? "HEAD" : absl::StrCat("refs/heads/", odd_.default_branch);
  return origin_.Shell(repo_, absl::StrCat("BRANCH=", branch_, "; BASE=", base, "; export BRANCH BASE\n", script));
}

void CorpusJudge::ReadBranch() {
  const std::vector<std::string> lines = absl::StrSplit(Shell(kBranchFacts), '\n');
  base_ = lines[0];
  if (lines.size() < 2 || lines[1].empty()) return;
  const std::vector<std::string> facts = absl::StrSplit(lines[1], absl::MaxSplits(' ', 2));
  commit_ = facts[0];
  tree_ = facts[1];
  parents_ = facts[2];
}

void CorpusJudge::JudgeEnd() {
  static const auto& kEnds = *new std::map<End, std::string>{
      {End::kBranchPushed, "TASK_OUTCOME_BRANCH_PUSHED"},
      {End::kNoChanges, "TASK_OUTCOME_NO_CHANGES"},
      {End::kFailed, "TASK_STATE_FAILED"},
  };
  const std::string& wanted = kEnds.at(expected_.end);
  const std::string got = EndOf(task_);
  if (!absl::StartsWith(got, wanted)) Miss(absl::StrCat("expected ", wanted, ", got ", got));
  if (task_.tries() > 1) Miss(absl::StrCat("tried ", task_.tries(), " times"));
}

void CorpusJudge::JudgeFailure() {
  const auto reason = static_cast<v1::FailureReason>(expected_.reason);
  if (task_.failure().reason() != reason) {
    Miss(absl::StrCat("expected ", v1::FailureReason_Name(reason), ", got ",
                      v1::FailureReason_Name(task_.failure().reason())));
  }
  for (const std::string& word : expected_.words) {
    if (absl::StrContains(task_.failure().message(), word)) continue;
    Miss(absl::StrCat("the failure does not name \"", Readable(word), "\": ", Readable(task_.failure().message())));
  }
}

void CorpusJudge::JudgeBranch() {
  if (task_.commit() != commit_) {
    Miss(absl::StrCat("the task says commit \"", task_.commit(), "\", the branch holds \"", commit_, "\""));
  }
  if (task_.branch() != (commit_.empty() ? "" : branch_)) {
    Miss(absl::StrCat("the task says branch \"", task_.branch(), "\""));
  }
  if (commit_.empty()) {
    if (expected_.end == End::kBranchPushed) Miss("there is no branch");
    return;
  }
  if (expected_.end != End::kBranchPushed) Miss("there is a branch");
  if (parents_ != base_) Miss(absl::StrCat("the commit's parents are \"", parents_, "\", the base is ", base_));
  JudgeChanges();
}

void CorpusJudge::JudgeChanges() {
  const std::map<std::string, std::string> ids = ParseChanges(Shell(kChanges));
  std::vector<std::string> differences;
  for (const std::string& change : expected_.changes) {
    if (ids.count(change) == 0) differences.push_back(absl::StrCat("lacks  ", Readable(change)));
  }
  for (const auto& [change, id] : ids) {
    if (std::count(expected_.changes.begin(), expected_.changes.end(), change) == 0) {
      differences.push_back(absl::StrCat("has    ", Readable(change)));
      continue;
    }
    const std::vector<std::string> words = absl::StrSplit(change, absl::MaxSplits(' ', 2));
    const auto content = expected_.contents.find(words[2]);
    if (content == expected_.contents.end()) continue;
    const std::string stored = words[1] == "160000" ? id : Shell("git cat-file blob " + id);
    if (stored == content->second) continue;
    differences.push_back(absl::StrCat("holds  ", Readable(words[2]), ": \"", Readable(stored), "\", expected \"",
                                       Readable(content->second), "\""));
  }
  if (differences.size() > kShown) {
    const std::size_t more = differences.size() - kShown;
    differences.resize(kShown);
    differences.push_back(absl::StrCat("and ", more, " more"));
  }
  for (const std::string& difference : differences) Miss(difference);
}

void CorpusJudge::JudgeCheck() {
  const std::string wrong = Shell(absl::StrCat("{\n", expected_.check, "\n} 2>&1 || echo \"exit code $?\""));
  if (!wrong.empty()) Miss(absl::StrCat("check: ", absl::StripTrailingAsciiWhitespace(wrong)));
}

}  // namespace fleet::e2e
