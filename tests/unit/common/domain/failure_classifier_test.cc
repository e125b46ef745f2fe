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

FailureEvidence Step(int exit_code) {
  FailureEvidence evidence;
  evidence.stage = FailureStage::kStep;
  evidence.exit_code = exit_code;
  return evidence;
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

TEST(ClassifyFailureTest, GitWhoseOtherEndWentAway) {
  for (const auto& [stage, name] : {std::pair(FailureStage::kClone, "REMOTE_ERROR"),
                                    {FailureStage::kPush, "REMOTE_ERROR"},
                                    {FailureStage::kCommit, "GIT_FAILED"}}) {
    FailureEvidence evidence;
    evidence.stage = stage;
    evidence.signal = SIGPIPE;
    EXPECT_EQ(Name(ClassifyFailure(evidence)), name);
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

// The default shell of a script is not killed itself when its program is.
TEST(ClassifyFailureTest, AShellThatTellsOfASignal) {
  for (const int signal : {SIGINT, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGXCPU, SIGSYS}) {
    EXPECT_EQ(SignalOfExitCode(128 + signal), signal);
    EXPECT_EQ(Name(ClassifyFailure(Step(128 + signal))), "STEP_KILLED") << signal;
  }
  // git's own 128 and 129, what ends nothing, what is no signal, and ssh's 255.
  for (const int exit_code : {0, 9, 127, 128, 129, 128 + SIGCHLD, 128 + SIGSTOP, 128 + 60, 255}) {
    EXPECT_EQ(SignalOfExitCode(exit_code), 0) << exit_code;
  }
  EXPECT_EQ(Name(ClassifyFailure(Step(128))), "STEP_FAILED");
  EXPECT_EQ(Name(ClassifyFailure(Step(129))), "STEP_FAILED");
  FailureEvidence stated = Step(128 + SIGKILL);
  stated.stated = FailureCategory::kBlocked;
  EXPECT_EQ(Name(ClassifyFailure(stated)), "STEP_BLOCKED");
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
                                                             {E2BIG, "BAD_CONFIG", "PARAMETERS_TOO_LARGE"},
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
