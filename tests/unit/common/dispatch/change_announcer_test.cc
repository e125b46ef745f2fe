#include "common/dispatch/change_announcer.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/store/hint_channels.h"

namespace fleet::dispatch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Verdict = domain::ReportVerdict;

domain::Ulid Id(char digit) { return *domain::Ulid::Parse(std::string("01HZ000000000000000000000") + digit); }
const domain::Ulid kOne = Id('1');
const domain::Ulid kTwo = Id('2');

domain::TaskReport Report(const domain::Ulid& fleet_id, domain::TaskState state) {
  domain::TaskReport report;
  report.task = {fleet_id, 1};
  report.state = state;
  return report;
}

store::ReportAnswer Answer(Verdict verdict) {
  store::ReportAnswer answer;
  answer.verdict = verdict;
  return answer;
}

// Keeps what everybody is told, as words.
class ChangeAnnouncerTest : public ::testing::Test {
 protected:
  static std::string Name(const std::string& word) { return word.substr(word.size() - 1); }

  std::vector<std::string> told_;
  const ChangeAnnouncer announcer_{{
      .send_hint = [this](const auto& channel, const auto& word) { told_.push_back(channel + " " + Name(word)); },
      .wake_watchers =
          [this](const auto& ids) {
            for (const domain::Ulid& id : ids) told_.push_back("watchers of " + Name(id.ToString()));
          },
      .wake_all_watchers = [this] { told_.push_back("all watchers"); },
      .wake_dispatcher = [this] { told_.push_back("dispatcher"); },
      .count_granted = [this](std::size_t tasks) { told_.push_back(absl::StrCat("granted ", tasks)); },
      .count_applied = [this](const auto& reports,
                              const auto&) { told_.push_back(absl::StrCat("applied of ", reports.size())); },
  }};
};

TEST_F(ChangeAnnouncerTest, ASubmittedFleetIsWorkersBusiness) {
  announcer_.FleetSubmitted(kOne);
  EXPECT_THAT(told_, ElementsAre("fleet_jobs 1"));
}

TEST_F(ChangeAnnouncerTest, AnOperatorsActionReachesEverybodyHereAndElsewhere) {
  announcer_.FleetControlled(kOne);
  EXPECT_THAT(told_,
              UnorderedElementsAre("fleet_jobs 1", "fleet_work 1", "fleet_changes 1", "watchers of 1", "dispatcher"));
}

TEST_F(ChangeAnnouncerTest, GrantsAreNewsOfTheirFleets) {
  store::LeaseAnswer one;
  one.kind = store::LeaseAnswer::Kind::kGranted;
  one.tasks = {{{kOne, 1}, 1}, {{kOne, 2}, 1}, {{kTwo, 1}, 1}};
  announcer_.TasksGranted({one, store::LeaseAnswer()});
  EXPECT_THAT(
      told_, UnorderedElementsAre("granted 3", "fleet_changes 1", "fleet_changes 2", "watchers of 1", "watchers of 2"));
}

TEST_F(ChangeAnnouncerTest, ABatchThatGrantedNothingIsNoNews) {
  announcer_.TasksGranted({store::LeaseAnswer()});
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ChangeAnnouncerTest, ProgressIsNewsAndAnEndFreesASlot) {
  announcer_.ReportsApplied({Report(kOne, domain::TaskState::kRunning), Report(kTwo, domain::TaskState::kCompleted)},
                            {Answer(Verdict::kApply), Answer(Verdict::kApply)});
  EXPECT_THAT(told_, UnorderedElementsAre("applied of 2", "fleet_changes 1", "fleet_changes 2", "fleet_work 2",
                                          "watchers of 1", "watchers of 2", "dispatcher"));
}

TEST_F(ChangeAnnouncerTest, ProgressAloneWakesNoDispatcher) {
  announcer_.ReportsApplied({Report(kOne, domain::TaskState::kRunning)}, {Answer(Verdict::kApply)});
  EXPECT_THAT(told_, UnorderedElementsAre("applied of 1", "fleet_changes 1", "watchers of 1"));
}

TEST_F(ChangeAnnouncerTest, WhatWasNotRecordedIsNoNews) {
  announcer_.ReportsApplied({Report(kOne, domain::TaskState::kCompleted), Report(kTwo, domain::TaskState::kCompleted),
                             Report(kTwo, domain::TaskState::kRunning)},
                            {Answer(Verdict::kRepeat), Answer(Verdict::kLeaseLost), Answer(Verdict::kStop)});
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(ChangeAnnouncerTest, AChangedLimitMayLetMoreStart) {
  announcer_.LimitChanged("user_active");
  EXPECT_THAT(told_, ElementsAre("fleet_work e", "dispatcher"));
}

TEST_F(ChangeAnnouncerTest, HintsReachThisProcessAlone) {
  announcer_.HintHeard(store::kWorkChannel, {kOne.ToString()});
  announcer_.HintHeard(store::kChangesChannel, {kOne.ToString(), "nonsense", kTwo.ToString()});
  announcer_.HintHeard(store::kChangesChannel, {"*"});
  announcer_.HintHeard(store::kJobsChannel, {kOne.ToString()});
  EXPECT_THAT(told_, ElementsAre("dispatcher", "watchers of 1", "watchers of 2", "all watchers"));
}

TEST(ChangeAnnouncerWithoutListenersTest, TellsNobody) {
  const ChangeAnnouncer announcer({});
  announcer.FleetControlled(kOne);
  announcer.LimitChanged("user_active");
  announcer.HintHeard(store::kChangesChannel, {"*"});
}

}  // namespace
}  // namespace fleet::dispatch
