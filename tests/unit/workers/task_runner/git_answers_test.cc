// Every row of the table of git's words, and what only looks like one, said by real git.
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/domain/git_symptoms.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/workers/task_runner/git_scene.h"
#include "workers/task_runner/git_failure.h"
#include "workers/task_runner/line_sink.h"
#include "workers/task_runner/output_text.h"
#include "workers/task_runner/push_report.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

class GitAnswersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    with_main_ = fixture_.MakeRepository("main", {{"a", "b"}, {"big", ""}});
    with_new_ = fixture_.MakeRepository("new", {});
    fixture_.Git(with_new_, {"fetch", "-q", with_main_, "main:main"});
    std::map<std::string, std::string> files;
    files["big"] = Noise(100000);
    fixture_.Commit(with_new_, "new", files, "new");
  }
  static std::string Noise(std::size_t size) {
    std::string noise;
    for (unsigned state = 1; noise.size() < size; state = state * 1664525U + 1013904223U) {
      noise += static_cast<char>(state >> 24U);
    }
    return noise;
  }
  void Check(const GitAnswer& answer) {
    GitScene scene(with_main_, with_new_);
    const GitCommand::Call call = answer.act(scene);
    scene.settings.config_file = scene.directory / "operator";
    WriteFile(scene.settings.config_file, scene.configuration);
    FLEET_ASSERT_OK_AND_ASSIGN(const GitCommand git,
                               GitCommand::Make(subprocess_, scene.settings, scene.directory / "git"));
    OutputText output(8 << 20);
    OutputText errors(8 << 20);
    const absl::Status status = git.Stream(call, bounds_, output, &errors);
    const std::string said = absl::StrCat(answer.name, ":\n", output.text(), errors.text(), status.ToString());
    ASSERT_FALSE(status.ok()) << said;
    EXPECT_EQ(v1::FailureReason_Name(ToFailure(status).reason()), "FAILURE_REASON_" + answer.reason) << said;
    PushReport report;
    LineSink lines('\n', {}, [&](absl::string_view line) { report.Take(line); });
    lines.Append(output.text());
    const GitOutput heard{output.text(), errors.text(), report.refusal()};
    ProcessResult result;
    result.exit_code = 1;
    const domain::FailureEvidence evidence = GitEvidence(call.stage, result, heard);
    if (const auto* symptom = domain::FindGitSymptom(evidence); symptom != nullptr) {
      seen_.emplace(symptom->speaker, symptom->line);
    }
  }

  GitFixture fixture_;
  Subprocess subprocess_{Clock::System()};
  StopToken stop_;
  WorkBounds bounds_{Clock::System(), absl::Minutes(5), stop_};
  std::string with_main_;
  std::string with_new_;
  std::set<std::pair<domain::GitSpeaker, absl::string_view>> seen_;
};

TEST_F(GitAnswersTest, EachHasItsReasonAndEveryRowIsSaid) {
  for (const std::vector<GitAnswer>& answers : {ConnectionAnswers(), PushAnswers(), LocalAnswers()}) {
    for (const GitAnswer& answer : answers) Check(answer);
  }
  for (const domain::GitSymptom& symptom : domain::AllGitSymptoms()) {
    EXPECT_EQ(seen_.count({symptom.speaker, symptom.line}), 1u) << "nobody says \"" << symptom.line << "\"";
  }
}

}  // namespace
}  // namespace fleet::runner
