#include "cli/fleetctl/commands/fleet_lookup.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

// Of fleet `number`; its first ten characters are its own.
std::string Id(int number) { return absl::StrFormat("01JZ%06d0000000000000000", number); }

class FleetLookupTest : public FleetctlTest {
 protected:
  // ListFleets of so many fleets, newest first, in pages.
  void AnswerFleets(int count) {
    answers_.list_fleets = [this, count](const v1::ListFleetsRequest& request, v1::ListFleetsResponse& response) {
      ++pages_;
      int next = request.page_token().empty() ? count : std::stoi(request.page_token());
      for (int i = 0; i < request.page_size() && next > 0; ++i, --next) {
        v1::Fleet& fleet = *response.add_fleets() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
        fleet.set_fleet_id(Id(next));
      }
      if (next > 0) response.set_next_page_token(std::to_string(next));
      return absl::OkStatus();
    };
  }

  // Every method that takes a fleet notes which.
  void NoteFleets() {
    const auto note = [this](const auto& request, auto&) {
      asked_.push_back(request.fleet_id());
      return absl::OkStatus();
    };
    answers_.get_fleet = note;
    answers_.list_fleet_tasks = note;
    answers_.get_fleet_task = note;
    answers_.cancel_fleet = note;
    answers_.cancel_fleet_task = note;
    answers_.pause_fleet = note;
    answers_.resume_fleet = note;
    answers_.update_fleet = note;
    answers_.retry_fleet = note;
    answers_.list_failure_groups = note;
    answers_.list_task_attempts = note;
    answers_.list_audit_events = note;
    answers_.watch_fleet = [this](grpc::ServerContext&, const v1::WatchFleetRequest& request, WatchWriter& writer) {
      asked_.push_back(request.fleet_id());
      v1::WatchFleetResponse message;
      *message.mutable_fleet() = MakeFleet(v1::FLEET_STATE_COMPLETED, 3, 12);
      message.mutable_fleet()->set_fleet_id(request.fleet_id());
      writer.Write(message);
      return grpc::Status::OK;
    };
  }

  std::vector<std::string> asked_;
  int pages_ = 0;
};

TEST_F(FleetLookupTest, EveryCommandTakesTheLatestAndTheBeginningOfAnId) {
  AnswerFleets(3);
  NoteFleets();
  const std::vector<std::vector<std::string>> commands = {{"status"},
                                                          {"watch"},
                                                          {"tasks"},
                                                          {"failures"},
                                                          {"summaries"},
                                                          {"audit"},
                                                          {"pause"},
                                                          {"resume"},
                                                          {"cancel"},
                                                          {"retry"},
                                                          {"logs", "acme/shop"},
                                                          {"attempts", "acme/shop"},
                                                          {"cancel", "acme/shop"},
                                                          {"update", "--priority", "1"}};
  for (const std::string& reference :
       {std::string("@latest"), Id(3).substr(0, 10), std::string("01jz000003"), absl::AsciiStrToLower(Id(3))}) {
    for (std::vector<std::string> arguments : commands) {
      arguments.insert(arguments.begin() + 1, reference);
      asked_.clear();
      EXPECT_EQ(Run(arguments), 0) << arguments[0] << ": " << err_;
      EXPECT_THAT(asked_, Not(SizeIs(0)));
      EXPECT_THAT(asked_, Each(Id(3))) << arguments[0];
    }
  }
}

TEST_F(FleetLookupTest, TheLatestIsNamedForPeople) {
  AnswerFleets(3);
  NoteFleets();
  EXPECT_EQ(Run({"tasks", "@latest"}), 0);
  EXPECT_EQ(err_, absl::StrCat("@latest is ", Id(3), ", submitted by alice at 2025-06-15 15:03:26Z\n"));
  EXPECT_EQ(Run({"tasks", "@latest", "-o", "json"}), 0);
  EXPECT_EQ(err_, "");
}

TEST_F(FleetLookupTest, AWholeIdAsksNoList) {
  NoteFleets();
  EXPECT_EQ(Run({"tasks", Id(3)}), 0);
  EXPECT_EQ(pages_, 0);
}

TEST_F(FleetLookupTest, ThereMayBeNoFleet) {
  AnswerFleets(0);
  EXPECT_EQ(Run({"status", "@latest"}), 1);
  EXPECT_THAT(err_, HasSubstr("error: there is no fleet yet\n"));
  EXPECT_EQ(Run({"status", "01JZ0000"}), 1);
  EXPECT_THAT(err_, HasSubstr("error: no fleet's id begins with 01JZ0000\n"));
}

TEST_F(FleetLookupTest, SeveralFleetsAreNamed) {
  AnswerFleets(7);
  EXPECT_EQ(Run({"status", "01JZ0000"}), 1);
  EXPECT_THAT(err_, HasSubstr(absl::StrCat("7 fleets have ids that begin with 01JZ0000: ", Id(7), ", ")));
  EXPECT_THAT(err_, HasSubstr("give more of the id"));
  EXPECT_THAT(err_, Not(HasSubstr(Id(2))));
  EXPECT_EQ(Run({"status", "01JZ0000", "-o", "json"}), 1);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["reason"], "AMBIGUOUS_FLEET");
}

TEST_F(FleetLookupTest, LooksNoFurtherThanItMust) {
  NoteFleets();
  AnswerFleets(100'000);
  EXPECT_EQ(Run({"tasks", "01JZ09999"}), 1);  // ten fleets
  EXPECT_EQ(pages_, 1);
  pages_ = 0;
  EXPECT_EQ(Run({"tasks", "01HZ0000"}), 1);
  EXPECT_THAT(err_,
              HasSubstr("none of the newest 10000 fleets has an id that begins with 01HZ0000: give the whole id"));
  EXPECT_EQ(pages_, 50);
}

TEST_F(FleetLookupTest, TheRetryToRepeatNamesTheFleetItself) {
  AnswerFleets(3);
  answers_.retry_fleet = Refuse(absl::UnavailableError("the answer was lost"));
  EXPECT_EQ(Run({"retry", "--task", "@latest", "@latest"}), 1);
  EXPECT_THAT(err_, HasSubstr(absl::StrCat("fleetctl retry --task @latest ", Id(3), " --request-id ")));
}

}  // namespace
}  // namespace fleet::cli
