#include "workers/task_runner/git_failure.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Case {
  const char* output;
  v1::FailureCategory category;
};

class GitFailureTest : public ::testing::TestWithParam<Case> {};

TEST_P(GitFailureTest, HasTheCategory) {
  EXPECT_EQ(v1::FailureCategory_Name(ToFailure(ClassifyGitFailure("clone", GetParam().output)).category()),
            v1::FailureCategory_Name(GetParam().category));
}

INSTANTIATE_TEST_SUITE_P(
    Outputs, GitFailureTest,
    ::testing::Values(
        Case{"fatal: Authentication failed for 'https://git.example.com/o/r/'", v1::FAILURE_CATEGORY_AUTH},
        Case{"fatal: could not read Username for 'https://example.com': terminal prompts disabled",
             v1::FAILURE_CATEGORY_AUTH},
        Case{"git@example.com: Permission denied (publickey).\r\nfatal: Could not read from remote repository.",
             v1::FAILURE_CATEGORY_AUTH},
        Case{"remote: Permission to o/r.git denied to bot.\nfatal: unable to access 'https://example.com/o/r/': "
             "The requested URL returned error: 403",
             v1::FAILURE_CATEGORY_AUTH},
        Case{"fatal: unable to access 'https://example.com/': Could not resolve host: example.com",
             v1::FAILURE_CATEGORY_NETWORK},
        Case{"ssh: connect to host example.com port 22: Connection refused\nfatal: Could not read from remote "
             "repository.\nPlease make sure you have the correct access rights",
             v1::FAILURE_CATEGORY_NETWORK},
        Case{"error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", v1::FAILURE_CATEGORY_NETWORK},
        Case{"fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF",
             v1::FAILURE_CATEGORY_NETWORK},
        Case{"remote: Repository not found.\nfatal: repository 'https://example.com/o/r/' not found",
             v1::FAILURE_CATEGORY_CONFIG},
        Case{"fatal: '/srv/r.git' does not appear to be a git repository\nfatal: The remote end hung up unexpectedly",
             v1::FAILURE_CATEGORY_CONFIG},
        Case{"fatal: transport 'ext' not allowed", v1::FAILURE_CATEGORY_CONFIG},
        Case{"fatal: detected dubious ownership in repository at '/srv/r.git'", v1::FAILURE_CATEGORY_CONFIG},
        Case{"Host key verification failed.\nfatal: Could not read from remote repository.",
             v1::FAILURE_CATEGORY_CONFIG},
        Case{"!\tabc:refs/heads/x\t[rejected] (stale info)", v1::FAILURE_CATEGORY_CONCURRENCY},
        Case{"! [remote rejected] a -> b (cannot lock ref 'refs/heads/b': is at 1 but expected 2)",
             v1::FAILURE_CATEGORY_CONCURRENCY},
        Case{"! [remote rejected] a -> b (pre-receive hook declined)", v1::FAILURE_CATEGORY_GUARDRAIL},
        Case{"remote: error: GH006: Protected branch update failed", v1::FAILURE_CATEGORY_GUARDRAIL},
        Case{"fatal: write error: No space left on device", v1::FAILURE_CATEGORY_COMPUTE},
        Case{"error: cannot fork() for fetch-pack: Resource temporarily unavailable", v1::FAILURE_CATEGORY_COMPUTE},
        Case{"fatal: something new", v1::FAILURE_CATEGORY_UNKNOWN}, Case{"", v1::FAILURE_CATEGORY_UNKNOWN}));

TEST(GitFailureMessageTest, NamesTheOperationAndDropsHints) {
  const std::string message =
      ToFailure(ClassifyGitFailure("push", "To x\n!\ta:b\t[rejected] (stale info)\nhint: pull first\nDone\n"))
          .message();
  EXPECT_EQ(message, "push failed, another attempt pushed: To x; !\ta:b\t[rejected] (stale info)");
}

TEST(GitFailureMessageTest, NeverHoldsCredentials) {
  const std::string message =
      ToFailure(ClassifyGitFailure("clone",
                                   "fatal: unable to access 'https://bot:s3cret@example.com/r/': and "
                                   "https://t0ken@h/x failed"))
          .message();
  EXPECT_THAT(message, Not(HasSubstr("s3cret")));
  EXPECT_THAT(message, Not(HasSubstr("t0ken")));
  EXPECT_THAT(message, HasSubstr("https://***@example.com/r/"));
}

}  // namespace
}  // namespace fleet::runner
