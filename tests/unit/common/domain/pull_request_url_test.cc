#include "common/domain/pull_request_url.h"

#include <string>
#include <utility>

#include "common/domain/bounds.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

TEST(PullRequestUrlProblemTest, TheRepositorysOwnHostIsFine) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://git.example.com/a/b/pull/7", "https://git.example.com/a/b.git"},
      {"https://Git.Example.com./a/b/pull/7", "https://git.example.com/a/b.git"},
      {"https://git.example.com:8443/a/b/pull/7", "ssh://git@git.example.com:2222/a/b.git"},
      {"https://git.example.com/a/b/pull/7?tab=files#note", "git@git.example.com:a/b.git"},
      {"https://github.com/a/b/pull/7", "ssh://git@ssh.github.com:443/a/b.git"},
      {"https://dev.azure.com/o/p/_git/r/pullrequest/7", "git@ssh.dev.azure.com:v3/o/p/r"},
      {"https://gitlab.com/a/b/-/merge_requests/7", "ssh://git@altssh.gitlab.com:443/a/b.git"},
      {"https://[2001:db8::1]:8443/a/b/pull/7", "https://[2001:db8::1]/a/b.git"},
  };
  for (const auto& [url, clone_url] : cases) EXPECT_EQ(PullRequestUrlProblem(url, clone_url), "") << url;
}

TEST(PullRequestUrlProblemTest, EverythingElseIsNot) {
  constexpr char kCloneUrl[] = "https://git.example.com/a/b.git";
  const std::pair<const char*, const char*> cases[] = {
      {"http://git.example.com/a/b/pull/7", "is not https"},
      {"HTTPS://git.example.com/a/b/pull/7", "is not https"},
      {"https://forge.test/x/pull/7", "is on forge.test, and the repository on git.example.com"},
      {"https://git.example.com.evil.test/", "is on git.example.com.evil.test, and the repository on git.example.com"},
      {"https://evil-git.example.com/", "is on evil-git.example.com, and the repository on git.example.com"},
      {"https://ssh.git.example.com/", "is on ssh.git.example.com, and the repository on git.example.com"},
      {"https://git.example.com@evil.test/", "has no plain host"},
      {"https://evil.test#@git.example.com/", "has no plain host"},
      {"https://evil.test\\@git.example.com/", "has no plain host"},
      {"https://evil.test?git.example.com/", "has no plain host"},
      {"https:///a/b", "has no plain host"},
  };
  for (const auto& [url, problem] : cases) EXPECT_EQ(PullRequestUrlProblem(url, kCloneUrl), problem) << url;
}

TEST(PullRequestUrlProblemTest, LongOnesAndOtherCharactersAreNot) {
  constexpr char kCloneUrl[] = "https://git.example.com/a/b.git";
  const std::string longest = "https://git.example.com/" + std::string(1976, 'a');
  EXPECT_EQ(PullRequestUrlProblem(longest, kCloneUrl), "");
  EXPECT_EQ(PullRequestUrlProblem(longest + "a", kCloneUrl), "is longer than 2,000 bytes");
  EXPECT_EQ(PullRequestUrlProblem("https://git.example.com/gr\u00FC\u00DFe", kCloneUrl),
            "holds U+00FC at character 27: percent-encode it");
  EXPECT_EQ(PullRequestUrlProblem("https://git.example.com/a b", kCloneUrl),
            "holds U+0020 at character 26: percent-encode it");
}

TEST(PullRequestUrlProblemTest, ARepositoryWithoutAHostHasNone) {
  for (const char* clone_url : {"file:///srv/git/b.git", "file://git.example.com/b.git", "/srv/git/b.git"}) {
    EXPECT_EQ(PullRequestUrlProblem("https://git.example.com/a/b/pull/7", clone_url),
              "is on a host, and the repository is not");
  }
}

TaskReport Completed(Outcome outcome, const std::string& commit, const std::string& log) {
  TaskReport report;
  report.state = TaskState::kCompleted;
  report.outcome = outcome;
  report.pull_request_url = "https://forge.test/x/pull/7";
  report.commit = commit;
  report.texts.log_tail = log;
  return report;
}

TEST(WithoutPullRequestTest, TheOutcomeClaimsNoneAndTheLogSaysWhy) {
  const TaskReport report = WithoutPullRequest(Completed(Outcome::kPullRequestOpened, "c0ffee", "==> one"), "is odd");
  EXPECT_EQ(report.pull_request_url, "");
  EXPECT_EQ(report.outcome, Outcome::kBranchPushed);
  EXPECT_EQ(report.commit, "c0ffee");
  EXPECT_EQ(report.texts.log_tail, "==> one\n==> fleet: pull_request_url is left out: it is odd\n");
}

TEST(WithoutPullRequestTest, WithoutACommitTheOutcomeIsNotSaid) {
  EXPECT_EQ(WithoutPullRequest(Completed(Outcome::kPullRequestUpdated, "", ""), "is odd").outcome,
            Outcome::kUnspecified);
  EXPECT_EQ(WithoutPullRequest(Completed(Outcome::kNoChanges, "", ""), "is odd").outcome, Outcome::kNoChanges);
}

TEST(WithoutPullRequestTest, TheLogStaysWithinItsBound) {
  const std::string log =
      WithoutPullRequest(Completed(Outcome::kNoChanges, "", std::string(kMaxLogTail, 'x')), "is odd").texts.log_tail;
  EXPECT_EQ(log.size(), kMaxLogTail);
  EXPECT_EQ(log.substr(log.size() - 9), "t is odd\n");
}

}  // namespace
}  // namespace fleet::domain
