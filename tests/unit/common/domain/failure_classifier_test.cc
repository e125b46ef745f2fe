#include "common/domain/failure_classifier.h"

#include <cerrno>
#include <csignal>
#include <string>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

std::string Name(FailureReason reason) { return std::string(KindOf(reason).name); }

FailureEvidence GitSaid(absl::string_view text) {
  FailureEvidence evidence;
  evidence.stage = FailureStage::kClone;
  evidence.exit_code = 128;
  evidence.git_text = text;
  return evidence;
}

FailureEvidence Step(int exit_code) {
  FailureEvidence evidence;
  evidence.stage = FailureStage::kStep;
  evidence.exit_code = exit_code;
  return evidence;
}

struct GitCase {
  const char* text;
  const char* reason;
};

class GitTextTest : public ::testing::TestWithParam<GitCase> {};

TEST_P(GitTextTest, HasItsReason) { EXPECT_EQ(Name(ClassifyFailure(GitSaid(GetParam().text))), GetParam().reason); }

INSTANTIATE_TEST_SUITE_P(
    Table, GitTextTest,
    ::testing::Values(
        GitCase{"fatal: Authentication failed for 'https://git.example.com/o/r/'", "AUTH_REFUSED"},
        GitCase{"fatal: could not read Username for 'https://example.com': terminal prompts disabled", "AUTH_REFUSED"},
        GitCase{"git@example.com: Permission denied (publickey).\r\nfatal: Could not read from remote repository.",
                "AUTH_REFUSED"},
        GitCase{"remote: Permission to o/r.git denied to bot.\nfatal: unable to access 'https://example.com/o/r/': "
                "The requested URL returned error: 403",
                "PERMISSION_DENIED"},
        GitCase{"fatal: unable to access 'https://example.com/': Could not resolve host: example.com",
                "HOST_UNREACHABLE"},
        GitCase{"ssh: connect to host example.com port 22: Connection refused\nfatal: Could not read from remote "
                "repository.\nPlease make sure you have the correct access rights",
                "HOST_UNREACHABLE"},
        GitCase{"error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502", "REMOTE_ERROR"},
        GitCase{"fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF", "REMOTE_ERROR"},
        GitCase{"fatal: the remote end hung up unexpectedly", "REMOTE_ERROR"},
        GitCase{"remote: Repository not found.\nfatal: repository 'https://example.com/o/r/' not found",
                "REPOSITORY_NOT_FOUND"},
        GitCase{"fatal: '/srv/r.git' does not appear to be a git repository\nfatal: The remote end hung up "
                "unexpectedly",
                "REPOSITORY_NOT_FOUND"},
        GitCase{"fatal: couldn't find remote ref refs/heads/certificates", "BRANCH_NOT_FOUND"},
        GitCase{"fatal: transport 'ext' not allowed", "BAD_CONFIG"},
        GitCase{"fatal: detected dubious ownership in repository at '/srv/r.git'", "BAD_CONFIG"},
        GitCase{"fatal: unable to find remote helper for 'https'", "RUNNER_SETUP"},
        GitCase{"Host key verification failed.\nfatal: Could not read from remote repository.", "BAD_CERTIFICATE"},
        GitCase{"fatal: unable to access 'https://example.com/': server certificate verification failed",
                "BAD_CERTIFICATE"},
        GitCase{"!\tabc:refs/heads/x\t[rejected] (stale info)", "PUSH_RACED"},
        GitCase{"! [remote rejected] a -> b (cannot lock ref 'refs/heads/b': is at 1 but expected 2)", "PUSH_RACED"},
        GitCase{"! [remote rejected] a -> b (pre-receive hook declined)", "PUSH_REFUSED"},
        GitCase{"remote: error: GH006: Protected branch update failed", "PUSH_REFUSED"},
        GitCase{"fatal: write error: No space left on device", "DISK_FULL"},
        GitCase{"fatal: Out of memory, malloc failed (tried to allocate 1048576 bytes)", "OUT_OF_MEMORY"},
        GitCase{"error: cannot fork() for fetch-pack: Resource temporarily unavailable", "PROCESS_LIMIT"},
        GitCase{"fatal: unable to access 'https://example.com/o/r/': The requested URL returned error: 429",
                "RATE_LIMITED"},
        GitCase{"error: RPC failed; HTTP 429 curl 22\nfatal: early EOF", "RATE_LIMITED"},
        GitCase{"remote: You have exceeded a secondary rate limit.\nfatal: unable to access 'https://example.com/': "
                "The requested URL returned error: 403",
                "RATE_LIMITED"},
        GitCase{"remote: Too Many Requests\n! [remote rejected] a -> b (pre-receive hook declined)", "RATE_LIMITED"},
        GitCase{"fatal: something new", "GIT_FAILED"}, GitCase{"", "GIT_FAILED"}));

TEST(GitTextRuleTest, TheForgesOwnTroublesAreNotTheRunners) {
  EXPECT_EQ(Name(ClassifyFailure(GitSaid("remote: fatal: No space left on device\nerror: remote unpack failed"))),
            "REMOTE_ERROR");
  EXPECT_EQ(Name(ClassifyFailure(GitSaid("remote: counting\nfatal: write error: No space left on device"))),
            "DISK_FULL");
}

TEST(GitTextRuleTest, NamesInUrlsAreNoSymptoms) {
  EXPECT_EQ(Name(ClassifyFailure(GitSaid("fatal: unable to access 'https://h/o/certificate-out%20of%20memory/': "
                                         "Could not resolve host: h"))),
            "HOST_UNREACHABLE");
  EXPECT_EQ(Name(ClassifyFailure(GitSaid("To https://h/o/certificate"))), "GIT_FAILED");
}

TEST(ClassifyFailureTest, GitThatWasKilled) {
  for (const auto& [signal, name] :
       {std::pair(SIGKILL, "PROCESS_KILLED"), {SIGTERM, "PROCESS_KILLED"}, {SIGSEGV, "GIT_FAILED"}}) {
    FailureEvidence evidence;
    evidence.stage = FailureStage::kPush;
    evidence.signal = signal;
    EXPECT_EQ(Name(ClassifyFailure(evidence)), name);
    evidence.git_text = "fatal: write error: Disk quota exceeded";
    EXPECT_EQ(Name(ClassifyFailure(evidence)), "DISK_FULL");
  }
}

TEST(ClassifyFailureTest, ExitCodesOfSteps) {
  const std::pair<int, const char*> cases[] = {{1, "STEP_FAILED"},
                                               {2, "STEP_FAILED"},
                                               {255, "STEP_FAILED"},
                                               {69, "STEP_UNAVAILABLE"},
                                               {75, "STEP_SHORT_OF_RESOURCES"},
                                               {77, "STEP_NOT_PERMITTED"},
                                               {78, "STEP_MISCONFIGURED"},
                                               {126, "STEP_NOT_FOUND"},
                                               {127, "STEP_NOT_FOUND"}};
  for (const auto& [exit_code, name] : cases) EXPECT_EQ(Name(ClassifyFailure(Step(exit_code))), name) << exit_code;
  FailureEvidence killed = Step(0);
  killed.signal = SIGKILL;
  EXPECT_EQ(Name(ClassifyFailure(killed)), "STEP_KILLED");
}

TEST(ClassifyFailureTest, WhatAStepSaysWinsAndKeepsItsCategory) {
  for (std::size_t i = 1; i < kFailureCategoryCount; ++i) {
    FailureEvidence evidence = Step(75);
    evidence.stated = static_cast<FailureCategory>(i);
    const FailureKind& kind = KindOf(ClassifyFailure(evidence));
    EXPECT_EQ(kind.category, evidence.stated) << kind.name;
    EXPECT_FALSE(kind.capacity) << kind.name;  // no step may spare itself its tries
  }
}

TEST(ClassifyFailureTest, AWrongResultCountsIfTheStepSucceededOtherwise) {
  FailureEvidence evidence = Step(0);
  evidence.bad_output = true;
  EXPECT_EQ(Name(ClassifyFailure(evidence)), "BAD_OUTPUT");
  evidence.exit_code = 3;
  EXPECT_EQ(Name(ClassifyFailure(evidence)), "STEP_FAILED");
}

TEST(ClassifyFailureTest, SystemErrorsByStage) {
  const std::tuple<int, const char*, const char*> cases[] = {{ENOSPC, "DISK_FULL", "DISK_FULL"},
                                                             {EDQUOT, "DISK_FULL", "DISK_FULL"},
                                                             {ENOMEM, "OUT_OF_MEMORY", "OUT_OF_MEMORY"},
                                                             {EAGAIN, "PROCESS_LIMIT", "PROCESS_LIMIT"},
                                                             {EMFILE, "PROCESS_LIMIT", "PROCESS_LIMIT"},
                                                             {ENFILE, "PROCESS_LIMIT", "PROCESS_LIMIT"},
                                                             {ENOENT, "RUNNER_SETUP", "STEP_NOT_FOUND"},
                                                             {EACCES, "RUNNER_SETUP", "STEP_NOT_FOUND"},
                                                             {ENOEXEC, "RUNNER_SETUP", "STEP_NOT_FOUND"},
                                                             {E2BIG, "BAD_CONFIG", "BAD_CONFIG"},
                                                             {EIO, "UNKNOWN", "UNKNOWN"}};
  for (const auto& [system_error, elsewhere, in_step] : cases) {
    for (const FailureStage stage : {FailureStage::kPrepare, FailureStage::kClone, FailureStage::kPush}) {
      FailureEvidence evidence;
      evidence.stage = stage;
      evidence.system_error = system_error;
      EXPECT_EQ(Name(ClassifyFailure(evidence)), elsewhere) << system_error;
    }
    FailureEvidence evidence = Step(0);
    evidence.system_error = system_error;
    EXPECT_EQ(Name(ClassifyFailure(evidence)), in_step) << system_error;
  }
}

// Each flag wins over those below it and over how the program ended.
TEST(ClassifyFailureTest, WhatSaysMoreWins) {
  const std::pair<bool FailureEvidence::*, const char*> flags[] = {
      {&FailureEvidence::supervisor_killed, "PROCESS_KILLED"},
      {&FailureEvidence::report_refused, "REPORT_REFUSED"},
      {&FailureEvidence::step_timed_out, "STEP_TIMED_OUT"},
      {&FailureEvidence::task_timed_out, "TASK_TIMED_OUT"},
      {&FailureEvidence::queued_too_long, "QUEUED_TOO_LONG"},
      {&FailureEvidence::deadline_passed, "DEADLINE_PASSED"},
      {&FailureEvidence::given_back, "GIVEN_BACK"},
      {&FailureEvidence::runner_lost, "RUNNER_LOST"}};
  FailureEvidence evidence = Step(75);
  evidence.system_error = ENOSPC;
  evidence.stated = FailureCategory::kBlocked;
  for (const auto& [flag, name] : flags) {
    evidence.*flag = true;
    EXPECT_EQ(Name(ClassifyFailure(evidence)), name);
    FailureEvidence alone;
    alone.*flag = true;
    EXPECT_EQ(Name(ClassifyFailure(alone)), name);
  }
}

TEST(ClassifyFailureTest, EvidenceOfNothingIsUnknown) {
  EXPECT_EQ(Name(ClassifyFailure(FailureEvidence())), "UNKNOWN");
  EXPECT_EQ(Name(ClassifyFailure(Step(0))), "UNKNOWN");
}

TEST(FailureStageTest, HasAName) {
  for (int i = 0; i <= static_cast<int>(FailureStage::kReport); ++i) {
    EXPECT_FALSE(StageName(static_cast<FailureStage>(i)).empty()) << i;
  }
}

}  // namespace
}  // namespace fleet::domain
