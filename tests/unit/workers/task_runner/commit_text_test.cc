// What a workflow says about commits, as git stores it: whatever the rules accept arrives as it was written.
#include <random>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/workflow_rules.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/fake_runner_service.h"
#include "tests/unit/workers/task_runner/git_fixture.h"
#include "workers/task_runner/git_publisher.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;

class CommitTextTest : public ::testing::Test {
 protected:
  CommitTextTest() {
    fixture_.Git(fixture_.directory().path(), {"init", "-q", "--bare", repository_});
    tree_ = fixture_.Git(repository_, {"mktree"});
  }

  // A commit as the runner makes it. Returns its id; empty if git refuses.
  std::string Commit(const CommitSpec& spec) {
    const std::string message = fixture_.directory() / "message";
    WriteFile(message, spec.message);
    const std::string id =
        Run({"git", "commit-tree", "-F", message, tree_}, {{"GIT_AUTHOR_NAME", spec.author_name},
                                                           {"GIT_AUTHOR_EMAIL", spec.author_email},
                                                           {"GIT_COMMITTER_NAME", spec.author_name},
                                                           {"GIT_COMMITTER_EMAIL", spec.author_email}});
    return std::string(absl::StripTrailingAsciiWhitespace(id));
  }
  std::string Log(const std::string& commit, const std::string& format) {
    return Run({"git", "log", "-1", "--format=" + format, commit}, {});
  }
  std::string Message(const std::string& commit) {
    const std::string object = Run({"git", "cat-file", "commit", commit}, {});
    return object.substr(object.find("\n\n") + 2);
  }
  void ExpectAsWritten(const std::string& name, const std::string& email) {
    const std::string commit = Commit({name, email, "m\n"});
    ASSERT_NE(commit, "") << name << " <" << email << ">";
    EXPECT_EQ(Log(commit, "%an|%ae|%cn|%ce"), absl::StrCat(name, "|", email, "|", name, "|", email, "\n"));
  }

  std::string Run(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment) {
    ProcessSpec spec;
    spec.argv = argv;
    spec.environment = environment;
    spec.environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
    spec.environment["HOME"] = fixture_.directory().path();
    spec.environment["GIT_CONFIG_NOSYSTEM"] = "1";
    spec.working_directory = repository_;
    OutputTail output;
    const auto result = subprocess_.Run(spec, never_, output);
    return result.ok() && result->succeeded() ? output.Text() : "";
  }

  GitFixture fixture_;
  StopToken never_;
  Subprocess subprocess_{Clock::System()};
  const std::string repository_ = fixture_.directory() / "r.git";
  std::string tree_;
  std::mt19937 random_{20240501};  // the same cases in every run
};

std::string RandomText(std::mt19937& random, const std::vector<std::string>& parts, int most) {
  std::string text;
  for (int left = std::uniform_int_distribution<int>(1, most)(random); left > 0; --left) {
    text += parts[std::uniform_int_distribution<std::size_t>(0, parts.size() - 1)(random)];
  }
  return text;
}

TEST_F(CommitTextTest, NamesAndAddressesArrive) {
  for (const char* name :
       {"Ada", "Ada O'Hara", "bot[1]", "(x)", "-x", "\xC3\x89mile", "a, b", "$(x)", "#1", "\u00A0x"}) {
    ASSERT_EQ(domain::AuthorNameProblem(name).what, "") << name;
    ExpectAsWritten(name, "bot@example.org");
  }
  for (const char* email : {"fleet@localhost", "x", "a+b@c.d", "\"a.b\"c@d", "\xC3\xA9@x"}) {
    if (domain::AuthorEmailProblem(email).empty()) ExpectAsWritten("Ada", email);
  }
}

TEST_F(CommitTextTest, WhatIsRefusedWouldNotArrive) {
  for (const char* name : {"", "   ", ".", "..", "\"\"", "' '", ",;:\\"}) {
    EXPECT_FALSE(domain::AuthorNameProblem(name).empty()) << name;
    EXPECT_EQ(Commit({name, "bot@example.org", "m\n"}), "") << name;
  }
  for (const char* name : {"\"Ada\"", " Ada ", "a<b", "a\nb", "'Ada", "Ada;"}) {
    EXPECT_FALSE(domain::AuthorNameProblem(name).empty()) << name;
    const std::string commit = Commit({name, "bot@example.org", "m\n"});
    EXPECT_NE(Log(commit, "%an"), absl::StrCat(name, "\n"));
  }
}

TEST_F(CommitTextTest, AnyIdentityThatIsAcceptedArrives) {
  const std::vector<std::string> parts = {"a",    "B",    " ",  ".",        ",",      ":",  ";", "<", ">",
                                          "\"",   "'",    "\\", "\xC3\xA9", "\u00A0", "\t", "-", "(", "[",
                                          "\x7f", "\x1b", "\n", "\r",       "1",      "#",  "@"};
  int accepted = 0;
  for (int i = 0; i < 700; ++i) {
    const std::string text = RandomText(random_, parts, 5);
    const std::string problem = domain::AuthorNameProblem(text).what;
    const std::size_t advice = problem.find(": write ");
    if (advice != std::string::npos) {
      EXPECT_EQ(domain::AuthorNameProblem(problem.substr(advice + 8)).what, "") << text;
    }
    if (!problem.empty()) continue;
    ++accepted;
    ExpectAsWritten(text, domain::AuthorEmailProblem(text).empty() ? text : "x");
  }
  EXPECT_GT(accepted, 40);
}

TEST_F(CommitTextTest, AnyMessageThatIsAcceptedArrivesWithOneTrailer) {
  const std::vector<std::string> parts = {"\n",       "\n\n",     " ",
                                          "\t",       "word",     "# no comment",
                                          "Key: v",   "---",      "diff --git",
                                          "a:b",      "\nX-Y: z", "\nSigned-off-by: A <a@b>",
                                          "\xC3\xA9", "-",        "\nfleet-task: forged",
                                          "\r",       "\x1b",     "\nFleet-Task : forged"};
  int accepted = 0;
  for (int i = 0; i < 120; ++i) {
    const std::string message = RandomText(random_, parts, 8);
    if (!domain::CommitMessageProblem(message).empty()) continue;
    ++accepted;
    const std::string commit = Commit({"Ada", "a@b", WithTaskTrailer(message, kTaskId)});
    ASSERT_NE(commit, "") << message;
    const std::string stored = Message(commit);
    EXPECT_TRUE(absl::StartsWith(stored, absl::StrCat(absl::StripAsciiWhitespace(message), "\n"))) << stored;
    EXPECT_EQ(Log(commit, "%(trailers:key=Fleet-Task,valueonly)"), absl::StrCat(kTaskId, "\n\n")) << stored;
  }
  EXPECT_GT(accepted, 30);
}

TEST_F(CommitTextTest, ItsTrailersStayTrailers) {
  for (const char* trailers :
       {"Reviewed-by: A <a@b>", "Refs:123", "Refs : 1", "Fixes #12\nSigned-off-by: A <a@b>",
        "Reviewed-by: A <a@b>\n on Monday\n\tat noon", "# said\nRefs: 1", "Some text\n(cherry picked from commit 1)",
        "Refs: 1\nCo-authored-by: B <b@c>", "\t\n \nRefs: 1"}) {
    const std::string message = absl::StrCat("Title\n\nBody.\n\n", trailers);
    const std::string before = Log(Commit({"Ada", "a@b", message + "\n"}), "%(trailers)");
    ASSERT_NE(absl::StripAsciiWhitespace(before), "");
    const std::string after = Log(Commit({"Ada", "a@b", WithTaskTrailer(message, kTaskId)}), "%(trailers)");
    EXPECT_THAT(after, HasSubstr(absl::StripTrailingAsciiWhitespace(before))) << message;
    EXPECT_THAT(after, HasSubstr(kTaskId)) << message;
  }
}

// Whatever a message ends with, git finds the same trailers before and after.
TEST_F(CommitTextTest, AnyTrailersStayTrailers) {
  const std::vector<std::string> lines = {"Key: v",
                                          "Key:v",
                                          "Key : v",
                                          " more",
                                          "\tmore",
                                          "text",
                                          "text: of two: x",
                                          "two words: x",
                                          "",
                                          " ",
                                          "-: x",
                                          ": x",
                                          "(cherry picked from commit 1)",
                                          "Signed-off-by: A <a@b>",
                                          "Signed-off-by:x"};
  int with_trailers = 0;
  for (int i = 0; i < 150; ++i) {
    std::string message = "Title\n\n";
    for (int left = 4; left > 0; --left) message += RandomText(random_, lines, 1) + "\n";
    const std::string before = Log(Commit({"Ada", "a@b", message}), "%(trailers:only,unfold)");
    const std::string after = Log(Commit({"Ada", "a@b", WithTaskTrailer(message, kTaskId)}), "%(trailers:only,unfold)");
    const absl::string_view own = absl::StripAsciiWhitespace(before);
    with_trailers += own.empty() ? 0 : 1;
    EXPECT_EQ(absl::StripAsciiWhitespace(after), absl::StrCat(own, own.empty() ? "" : "\n", "Fleet-Task: ", kTaskId))
        << message;
  }
  EXPECT_GT(with_trailers, 15);
}

}  // namespace
}  // namespace fleet::runner
