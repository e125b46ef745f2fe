#include "workers/task_runner/branch_tip.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kTask[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV-7";
constexpr char kOtherTask[] = "01ARZ3NDEKTSV4RRFFQ69G5FAV-8";
constexpr char kBot[] = "Bot <bot@example.com>";

BranchTip OwnTip() {
  BranchTip tip;
  tip.id = "c0ffee";
  tip.tree = "7ree";
  tip.parents = {"ba5e"};
  tip.author = {kBot, "1700000000 +0000"};
  tip.committer = tip.author;
  tip.message = absl::StrCat("Change it\n\nFleet-Task: ", kTask);
  return tip;
}

TEST(WithTaskTrailerTest, JoinsTrailersAndStartsAParagraphOtherwise) {
  EXPECT_EQ(WithTaskTrailer("Title", "T-1"), "Title\n\nFleet-Task: T-1\n");
  EXPECT_EQ(WithTaskTrailer("Title\n\nBody: of text.\nMore text.\n", "T-1"),
            "Title\n\nBody: of text.\nMore text.\n\nFleet-Task: T-1\n");
  EXPECT_EQ(WithTaskTrailer("Title\n\nSigned-off-by: Ada\n", "T-1"), "Title\n\nSigned-off-by: Ada\nFleet-Task: T-1\n");
}

TEST(WithTaskTrailerTest, LeavesNoOtherTaskInTheTrailers) {
  EXPECT_EQ(WithTaskTrailer("Title\n\nFleet-Task: X\nfleet-task: Y\nAcked-by: Ada", "T-1"),
            "Title\n\nAcked-by: Ada\nFleet-Task: T-1\n");
  EXPECT_EQ(WithTaskTrailer("Title\n\nFleet-Task: X", "T-1"), "Title\n\nFleet-Task: T-1\n");
}

TEST(TaskOfTrailerTest, ReadsTheTrailersAlone) {
  for (const auto& [message, task] : std::vector<std::pair<std::string, std::string>>{
           {"Title\n\nFleet-Task: T-1", "T-1"},
           {"Title\n\nText.\n\nSigned-off-by: Ada\nFleet-Task: T-1", "T-1"},
           {"Title\n\nfleet-task: T-1", "T-1"},
           // A squash of two, and what is no trailer.
           {"Title\n\nFleet-Task: T-1\nFleet-Task: T-2", ""},
           {"Title\n\nFleet-Task: T-1\n\nAnd then some.", ""},
           {"Title\n\nand\nFleet-Task: T-1", ""},
           {"Fleet-Task: T-1", ""},
           {"Title\n\nFleet-Task-Id: T-1", ""},
           {"Title", ""},
           {"", ""}}) {
    EXPECT_EQ(TaskOfTrailer(message), task) << message;
  }
}

TEST(ParseBranchTipTest, ReadsWhatGitPrints) {
  const auto tip =
      ParseBranchTip("c0ffee",
                     "tree 7ree\nparent one\nparent two\nauthor A > B <a@b> 1700000000 +0100\n"
                     "committer Bot <bot@example.com> 1700000001 +0000\n"
                     "gpgsig -----BEGIN-----\n author No <n@n> 1 +0000\n -----END-----\n\nTitle\n\nText\n");
  ASSERT_TRUE(tip.has_value());
  EXPECT_EQ(tip->id, "c0ffee");
  EXPECT_EQ(tip->tree, "7ree");
  EXPECT_THAT(tip->parents, ElementsAre("one", "two"));
  EXPECT_EQ(tip->author, (BranchTip::Signature{"A > B <a@b>", "1700000000 +0100"}));
  EXPECT_EQ(tip->committer, (BranchTip::Signature{kBot, "1700000001 +0000"}));
  EXPECT_EQ(tip->message, "Title\n\nText");
}

TEST(ParseBranchTipTest, RefusesWhatIsCutOrBroken) {
  EXPECT_FALSE(ParseBranchTip("c", "").has_value());
  EXPECT_FALSE(ParseBranchTip("c", "...the end of a long message\n\nFleet-Task: T-1").has_value());
  EXPECT_FALSE(ParseBranchTip("c", "tree 7ree\nauthor A <a@b> 1 +0000\n\nTitle").has_value());
  EXPECT_FALSE(ParseBranchTip("c", "tree 7ree\nauthor A\ncommitter A <a@b> 1 +0000\n\nTitle").has_value());
}

TEST(IsMadeForTest, KnowsTheTasksOwnCommit) { EXPECT_TRUE(IsMadeFor(OwnTip(), kTask, kBot)); }

TEST(IsMadeForTest, EverythingThatPeopleDoMakesItAnotherOne) {
  BranchTip other_task = OwnTip();
  other_task.message = absl::StrCat("Change it\n\nFleet-Task: ", kOtherTask);
  BranchTip no_task = OwnTip();
  no_task.message = "Change it";
  BranchTip other_author = OwnTip();
  other_author.author.identity = "Ada <ada@example.com>";
  BranchTip written_by_a_person = other_author;
  written_by_a_person.committer = other_author.author;
  BranchTip amended = OwnTip();
  amended.committer.identity = "Ada <ada@example.com>";
  BranchTip amended_as_the_bot = OwnTip();
  amended_as_the_bot.committer.time = "1700000060 +0000";
  BranchTip in_another_zone = OwnTip();
  in_another_zone.author.time = in_another_zone.committer.time = "1700000000 +0200";
  BranchTip merge = OwnTip();
  merge.parents = {"ba5e", "0ther"};
  BranchTip root = OwnTip();
  root.parents.clear();
  for (const BranchTip& tip : {other_task, no_task, other_author, written_by_a_person, amended, amended_as_the_bot,
                               in_another_zone, merge, root}) {
    EXPECT_FALSE(IsMadeFor(tip, kTask, kBot)) << DescribeForeignTip(tip, kTask);
  }
}

TEST(DescribeForeignTipTest, NamesCommitAuthorAndSubject) {
  BranchTip tip = OwnTip();
  tip.author = tip.committer = {"Ada <ada@example.com>", "1700000000 +0000"};
  tip.message = "Fix\x1b[31m it\n\nBecause.";
  EXPECT_EQ(DescribeForeignTip(tip, kTask), "commit c0ffee of Ada <ada@example.com>, \"Fix [31m it\"");
  tip.message = std::string(1000, 'x');
  EXPECT_LT(DescribeForeignTip(tip, kTask).size(), 200U);
}

TEST(DescribeForeignTipTest, NamesWhoAmendedAndWhichOtherTask) {
  BranchTip amended = OwnTip();
  amended.committer.identity = "Ada <ada@example.com>";
  EXPECT_THAT(DescribeForeignTip(amended, kTask),
              AllOf(HasSubstr("of Bot <bot@example.com>, committed by Ada <ada@example.com>, \"Change it\""),
                    Not(HasSubstr("task"))));
  EXPECT_THAT(DescribeForeignTip(OwnTip(), kOtherTask), HasSubstr(absl::StrCat("of task ", kTask)));
  BranchTip odd = OwnTip();
  odd.message = "Change it\n\nFleet-Task: rm -rf";
  EXPECT_THAT(DescribeForeignTip(odd, kTask), Not(HasSubstr("rm")));
}

}  // namespace
}  // namespace fleet::runner
