// Which lines count. That git says what the table holds is a test of the runner's.
#include "common/domain/git_symptoms.h"

#include <set>
#include <string>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fleet::domain {
namespace {

std::string Reason(FailureStage stage, absl::string_view text, absl::string_view report = "") {
  FailureEvidence evidence;
  evidence.stage = stage;
  evidence.exit_code = 128;
  evidence.git_text = text;
  evidence.push_report = report;
  return std::string(KindOf(ClassifyFailure(evidence)).name);
}
std::string Clone(absl::string_view text) { return Reason(FailureStage::kClone, text); }
std::string Push(absl::string_view text, absl::string_view report = "") {
  return Reason(FailureStage::kPush, text, report);
}

TEST(GitSymptomsTest, EveryRowIsLowerCaseAndStandsOnce) {
  std::set<std::tuple<GitSpeaker, absl::string_view>> rows;
  for (const GitSymptom& symptom : AllGitSymptoms()) {
    EXPECT_EQ(symptom.line, absl::AsciiStrToLower(symptom.line));
    EXPECT_TRUE(rows.emplace(symptom.speaker, symptom.line).second) << symptom.line;
  }
}

TEST(GitSymptomsTest, SilenceAndNewWordsAreGitsOwn) {
  for (const FailureStage stage :
       {FailureStage::kClone, FailureStage::kCheckout, FailureStage::kCommit, FailureStage::kPush}) {
    EXPECT_EQ(Reason(stage, ""), "GIT_FAILED");
    EXPECT_EQ(Reason(stage, "fatal: something new\n\r\nremote:\n"), "GIT_FAILED");
  }
}

TEST(GitSymptomsTest, WholeLinesCount) {
  EXPECT_EQ(Clone("warning: odd\r\nfatal: couldn't find remote ref refs/heads/x  \nodd"), "BRANCH_NOT_FOUND");
  EXPECT_EQ(Clone("he said fatal: couldn't find remote ref refs/heads/x"), "GIT_FAILED");
  EXPECT_EQ(Clone("fatal: repository 'x' not found, or is it"), "GIT_FAILED");
  EXPECT_EQ(Clone("host key verification failed. Really?"), "GIT_FAILED");
}

TEST(GitSymptomsTest, NamesInLinesAreNoSymptoms) {
  EXPECT_EQ(Clone("fatal: unable to access 'https://h/certificate-rate%20limit/': Could not resolve host: h"),
            "HOST_UNREACHABLE");
  EXPECT_EQ(Clone("fatal: '/srv/' not found: early eof: Out of memory' does not appear to be a git repository"),
            "REPOSITORY_NOT_FOUND");
  EXPECT_EQ(Clone("fatal: couldn't find remote ref refs/heads/certificate"), "BRANCH_NOT_FOUND");
  EXPECT_EQ(Clone("remote: cannot serve 'a rate limit' nor \"access denied\" nor https://h/rate"), "GIT_FAILED");
  EXPECT_EQ(Clone("remote: don't: it's a rate limit"), "RATE_LIMITED");
}

TEST(GitSymptomsTest, TheMachineIsWhatEndsALineOfGitsOwn) {
  EXPECT_EQ(Clone("fatal: write error: No space left on device"), "DISK_FULL");
  EXPECT_EQ(Clone("remote: fatal: write error: No space left on device"), "GIT_FAILED");
  EXPECT_EQ(Clone("error: unable to create file x: No space left on device: Is a directory"), "GIT_FAILED");
  EXPECT_EQ(Reason(FailureStage::kCommit, "error: open(\"a: No space left on device\"): Permission denied"),
            "GIT_FAILED");
}

TEST(GitSymptomsTest, WhereNobodyIsAskedNobodyAnswers) {
  for (const FailureStage stage : {FailureStage::kCheckout, FailureStage::kCommit}) {
    EXPECT_EQ(Reason(stage, "fatal: early EOF"), "GIT_FAILED");
    EXPECT_EQ(Reason(stage, "remote: rate limit"), "GIT_FAILED");
  }
}

TEST(GitSymptomsTest, AForgesWordsCountUntilAHookCanHaveRun) {
  const std::string words = "remote: You have exceeded a secondary rate limit.\n";
  EXPECT_EQ(Clone(words), "RATE_LIMITED");
  EXPECT_EQ(Push(words), "GIT_FAILED");
  EXPECT_EQ(Push(words + "fatal: the remote end hung up unexpectedly"), "REMOTE_ERROR");
  EXPECT_EQ(Push(words + "fatal: Could not read from remote repository."), "RATE_LIMITED");
  EXPECT_EQ(Push(words + "fatal: unable to access 'https://h/': The requested URL returned error: 403"),
            "RATE_LIMITED");
}

TEST(GitSymptomsTest, AReportOfThePushDecides) {
  const std::string words = "remote: rate limit\nfatal: early EOF\nfatal: write error: No space left on device\n";
  EXPECT_EQ(Push(words, "[remote rejected] (pre-receive hook declined)"), "PUSH_REFUSED");
  EXPECT_EQ(Push(words, "[remote rejected]"), "PUSH_REFUSED");
  EXPECT_EQ(Push(words, "[rejected] (stale info)"), "PUSH_RACED");
  EXPECT_EQ(Push(words, "[remote rejected] (failed to update ref)"), "PUSH_RACED");
  EXPECT_EQ(Push(words, "[remote failure] (remote failed to report status)"), "REMOTE_ERROR");
  EXPECT_EQ(Push("fatal: ref updates aborted by hook", "[remote failure] (remote failed to report status)"),
            "PUSH_REFUSED");
  EXPECT_EQ(Push("fatal: ref updates aborted by hook", "[rejected] (stale info)"), "PUSH_RACED");
}

TEST(GitSymptomsTest, OfAPackThatWasNotUnpackedTheServersMachineDecides) {
  constexpr char kReport[] = "[remote rejected] (unpacker error)";
  EXPECT_EQ(Push("remote: fatal: write error: No space left on device", kReport), "REMOTE_ERROR");
  EXPECT_EQ(Push("remote: fatal: pack exceeds maximum allowed size", kReport), "PUSH_REFUSED");
  EXPECT_EQ(Push("remote: error: object 1: bad: No space left on device", kReport), "PUSH_REFUSED");
  EXPECT_EQ(Push("fatal: Out of memory, malloc failed", kReport), "OUT_OF_MEMORY");
  EXPECT_EQ(Push("", kReport), "PUSH_REFUSED");
}

TEST(GitSymptomsTest, OfARefThatWasNotStoredTheLastWordsDecide) {
  constexpr char kReport[] = "[remote rejected] (failed to update ref)";
  const std::string blocked =
      "remote: error: cannot lock ref 'refs/heads/f/x': 'refs/heads/f' exists; cannot create 'refs/heads/f/x'\n";
  EXPECT_EQ(Push(blocked, kReport), "BRANCH_NAME_BLOCKED");
  EXPECT_EQ(Push(absl::StrCat(blocked, "remote: error: cannot lock ref 'refs/heads/f/x'"), kReport), "PUSH_RACED");
  EXPECT_EQ(Push(blocked, "[remote rejected] (hook declined)"), "PUSH_REFUSED");
}

}  // namespace
}  // namespace fleet::domain
