#include "common/domain/pull_request_url.h"

#include <utility>

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

TEST(PullRequestUrlProblemTest, ARepositoryWithoutAHostHasNone) {
  for (const char* clone_url : {"file:///srv/git/b.git", "file://git.example.com/b.git", "/srv/git/b.git"}) {
    EXPECT_EQ(PullRequestUrlProblem("https://git.example.com/a/b/pull/7", clone_url),
              "is on a host, and the repository is not");
  }
}

}  // namespace
}  // namespace fleet::domain
