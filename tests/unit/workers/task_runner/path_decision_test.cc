#include "workers/task_runner/path_decision.h"

#include <sys/stat.h>

#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

using State = CheckoutSnapshot::State;

const TreeEntry kBase{kFileMode, std::string(40, 'a')};
const TreeEntry kOther{kFileMode, std::string(40, 'b')};

FileStamp Stamp(uint32_t mode = S_IFREG | 0644) { return {1, 7, mode, 3, 100, 100}; }

StagedEntry Staged(const TreeEntry& entry, bool with_file = true) {
  StagedEntry staged{entry};
  if (with_file) {
    staged.inode = 7;
    staged.size = 3;
    staged.modified_ns = staged.changed_ns = 100;
  }
  return staged;
}

PathFacts Facts(const TreeEntry* base, const StagedEntry* staged, std::optional<FileStamp> file, State state) {
  PathFacts facts;
  facts.base = base;
  facts.has_index = true;
  facts.staged = staged;
  facts.file = file;
  facts.state = state;
  return facts;
}

TEST(PathDecisionTest, WithoutAnIndexTheWorkingTreeAloneDecides) {
  PathFacts facts = Facts(&kBase, nullptr, Stamp(), State::kUntouched);
  facts.has_index = false;
  EXPECT_EQ(DecidePath(facts), PathDecision::kKeepBase);
  facts.state = State::kTouched;
  EXPECT_EQ(DecidePath(facts), PathDecision::kStoreFile);
  facts.file.reset();
  facts.state = State::kAbsent;
  EXPECT_EQ(DecidePath(facts), PathDecision::kRemove);
}

TEST(PathDecisionTest, WhatIsNotStagedFollowsTheFile) {
  const StagedEntry same = Staged(kBase);
  EXPECT_EQ(DecidePath(Facts(&kBase, &same, Stamp(), State::kUntouched)), PathDecision::kKeepBase);
  EXPECT_EQ(DecidePath(Facts(&kBase, &same, Stamp(), State::kTouched)), PathDecision::kStoreFile);
  EXPECT_EQ(DecidePath(Facts(&kBase, &same, std::nullopt, State::kAbsent)), PathDecision::kRemove);
  EXPECT_EQ(DecidePath(Facts(&kBase, &same, Stamp(S_IFIFO | 0644), State::kTouched)), PathDecision::kRefuse);
}

TEST(PathDecisionTest, WhatIsOutsideOfASparseCheckoutStays) {
  StagedEntry sparse = Staged(kBase);
  sparse.skip_worktree = true;
  EXPECT_EQ(DecidePath(Facts(&kBase, &sparse, std::nullopt, State::kAbsent)), PathDecision::kKeepBase);
  EXPECT_EQ(DecidePath(Facts(&kBase, &sparse, Stamp(), State::kTouched)), PathDecision::kStoreFile);
}

TEST(PathDecisionTest, WhatIsTakenOutOfTheIndexIsRemoved) {
  EXPECT_EQ(DecidePath(Facts(&kBase, nullptr, Stamp(), State::kUntouched)), PathDecision::kRemove);
  EXPECT_EQ(DecidePath(Facts(&kBase, nullptr, std::nullopt, State::kAbsent)), PathDecision::kRemove);
}

TEST(PathDecisionTest, StagedIsTakenUnlessTheFileChangedLater) {
  const StagedEntry staged = Staged(kOther);
  EXPECT_EQ(DecidePath(Facts(&kBase, &staged, Stamp(), State::kTouched)), PathDecision::kTakeStaged);
  EXPECT_EQ(DecidePath(Facts(nullptr, &staged, Stamp(), State::kTouched)), PathDecision::kTakeStaged);
  FileStamp later = Stamp();
  later.changed_ns = 200;
  EXPECT_EQ(DecidePath(Facts(&kBase, &staged, later, State::kTouched)), PathDecision::kStoreFile);
  // Staged past a file that nobody touched.
  EXPECT_EQ(DecidePath(Facts(&kBase, &staged, later, State::kUntouched)), PathDecision::kTakeStaged);
}

TEST(PathDecisionTest, AStampOfTheMomentOfStagingProvesNothing) {
  const StagedEntry staged = Staged(kOther);
  PathFacts facts = Facts(nullptr, &staged, Stamp(), State::kTouched);
  facts.stamp_may_lie = true;
  EXPECT_EQ(DecidePath(facts), PathDecision::kStoreFile);
  // A mode that was staged by itself (--chmod) would be lost.
  const StagedEntry executable = Staged({kExecutableMode, kOther.oid});
  facts.staged = &executable;
  EXPECT_EQ(DecidePath(facts), PathDecision::kTakeStaged);
}

TEST(PathDecisionTest, AStagedFileThatIsGoneWasRemoved) {
  const StagedEntry staged = Staged(kOther);
  EXPECT_EQ(DecidePath(Facts(nullptr, &staged, std::nullopt, State::kUntouched)), PathDecision::kRemove);
  const StagedEntry index_only = Staged(kOther, /*with_file=*/false);
  EXPECT_EQ(DecidePath(Facts(nullptr, &index_only, std::nullopt, State::kUntouched)), PathDecision::kTakeStaged);
}

TEST(PathDecisionTest, AnIntentToAddIsAFileByName) {
  StagedEntry intended = Staged(kOther);
  intended.intent_to_add = true;
  EXPECT_EQ(DecidePath(Facts(nullptr, &intended, Stamp(), State::kTouched)), PathDecision::kStoreFile);
  EXPECT_EQ(DecidePath(Facts(nullptr, &intended, std::nullopt, State::kUntouched)), PathDecision::kRemove);
}

TEST(PathDecisionTest, UnderAFilterOnlyTheFileCounts) {
  const StagedEntry past_the_filter = Staged(kOther);
  PathFacts facts = Facts(&kBase, &past_the_filter, Stamp(), State::kUntouched);
  facts.filtered = true;
  EXPECT_EQ(DecidePath(facts), PathDecision::kKeepBase);
  facts.state = State::kTouched;
  EXPECT_EQ(DecidePath(facts), PathDecision::kStoreFile);
  facts.staged = nullptr;
  EXPECT_EQ(DecidePath(facts), PathDecision::kRemove);
}

}  // namespace
}  // namespace fleet::runner
