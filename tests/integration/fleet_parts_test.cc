// Fleets whose targets come in parts: every target once, whatever the order, repeated or lost on the way; nothing
// before the seal.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <iostream>
#include <memory>
#include <random>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"
#include "tests/support/fleet_driver.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/runner_crowd.h"
#include "tests/support/server_process.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {
namespace {

using ::testing::HasSubstr;

uint32_t PartsSeed() {
  const char* wanted = std::getenv("FLEET_TEST_SEED");
  uint32_t seed = 0;
  return wanted != nullptr && absl::SimpleAtoi(wanted, &seed) ? seed : std::random_device()();
}

// Cuts of 1 to `total` into parts of random sizes.
std::vector<v1::AddFleetTargetsRequest> RandomParts(const std::string& fleet_id, int total, std::mt19937& random) {
  std::vector<v1::AddFleetTargetsRequest> parts;
  for (int first = 1; first <= total;) {
    const int count = std::min(total + 1 - first, std::uniform_int_distribution<int>(1, 7000)(random));
    parts.push_back(FleetDriver::Part(fleet_id, static_cast<int>(parts.size()) + 1, first, count));
    first += count;
  }
  std::shuffle(parts.begin(), parts.end(), random);
  return parts;
}

class FleetPartsTest : public ::testing::Test {
 protected:
  static constexpr int kTargets = 30'000;

  FleetPartsTest() : stores_(database_.url(), kTargets) {}

  void SetUp() override {
    FLEET_ASSERT_OK_AND_ASSIGN(one_, ServerProcess::StartService(database_.url()));
    driver_ = std::make_unique<FleetDriver>(one_->address());
  }

  static v1::CreateFleetRequest OpenRequest(int targets = 0, const std::string& request_id = "") {
    v1::CreateFleetRequest request = FleetDriver::Request(targets, request_id);
    request.set_open_targets(true);
    return request;
  }
  std::string CreateOpen(int targets = 0) {
    const auto created = driver_->Create(OpenRequest(targets));
    FLEET_EXPECT_OK(created.status());
    return created.ok() ? created->fleet().fleet_id() : "";
  }
  void Add(const std::string& fleet, int part, int first, int count) {
    FLEET_EXPECT_OK(driver_->AddTargets(FleetDriver::Part(fleet, part, first, count)).status());
  }
  // Everything that a refused part or seal could have changed.
  std::string Rows() const {
    return stores_.Sql(
        "select format('%s %s %s %s %s', (select count(*) from fleet_targets), (select count(*) from fleet_parts), "
        "(select string_agg(format('%s:%s:%s', total, revision, open_targets), ',' order by fleet_id) from fleets), "
        "(select string_agg(kind::text, ',' order by fleet_id, kind) from fleet_jobs), "
        "(select count(*) from audit_events))");
  }
  template <typename Call>
  ErrorInfo ExpectRefused(const Call& call, absl::StatusCode code, const std::string& reason) {
    const std::string before = Rows();
    const absl::Status refused = call().status();
    EXPECT_THAT(refused, StatusIs(code));
    EXPECT_EQ(GetErrorInfo(refused).reason, reason) << refused;
    EXPECT_EQ(Rows(), before);
    return GetErrorInfo(refused);
  }
  ErrorInfo ExpectPartRefused(const v1::AddFleetTargetsRequest& part, absl::StatusCode code,
                              const std::string& reason) {
    return ExpectRefused([&] { return driver_->AddTargets(part); }, code, reason);
  }
  ErrorInfo ExpectSealRefused(const std::string& fleet, const std::string& reason,
                              std::optional<int32_t> total = std::nullopt) {
    return ExpectRefused([&] { return driver_->Seal(fleet, total); }, absl::StatusCode::kFailedPrecondition, reason);
  }
  // As if the hour were over.
  void PassTheHour(const std::string& fleet) {
    stores_.Sql("update fleet_jobs set not_before = clock_timestamp() where kind = 7");
    FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kSealDeadline).status());
    FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet ended, driver_->Get(fleet));
    EXPECT_EQ(ended.state(), v1::FLEET_STATE_FAILED);
    EXPECT_THAT(ended.failure_message(), HasSubstr("not sealed within 1h"));
    EXPECT_TRUE(ended.has_end_time());
  }

  TestDatabase database_;
  TestStores stores_;
  std::unique_ptr<ServerProcess> one_;
  std::unique_ptr<FleetDriver> driver_;
};

// The answer of a killed service is lost: the caller cannot know whether its part arrived, and sends it again.
TEST_F(FleetPartsTest, EveryTargetComesOnceThoughPartsAreMixedRepeatedAndCutOff) {
  const uint32_t seed = PartsSeed();
  std::cout << "FLEET_TEST_SEED=" << seed << std::endl;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  InvariantChecker checker(database_.url());
  FLEET_ASSERT_OK_AND_ASSIGN(auto two, ServerProcess::StartService(database_.url()));
  FLEET_ASSERT_OK_AND_ASSIGN(auto worker, ServerProcess::StartWorker(database_.url(), {"--poll_interval=50ms"}));
  const std::string fleet = CreateOpen();
  const std::vector<v1::AddFleetTargetsRequest> parts = RandomParts(fleet, kTargets, random);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::vector<std::string> addresses = {one_->address(), two->address()};
    auto call = std::async(std::launch::async, [&] { return FleetDriver(addresses).AddTargets(parts[i]); });
    if (random() % 4 == 0) {
      one_->Kill();
      FLEET_ASSERT_OK(call.get().status());
      FLEET_ASSERT_OK_AND_ASSIGN(one_, ServerProcess::StartService(database_.url()));
      driver_ = std::make_unique<FleetDriver>(one_->address());
    } else {
      FLEET_ASSERT_OK(call.get().status());
    }
    const auto& again = parts[random() % (i + 1)];
    FLEET_ASSERT_OK_AND_ASSIGN(const auto repeated, driver_->AddTargets(again));
    EXPECT_TRUE(repeated.replayed());
    EXPECT_EQ(repeated.fleet().state(), v1::FLEET_STATE_PENDING);
  }
  EXPECT_EQ(stores_.Sql("select count(*) from tasks"), "0");
  FLEET_ASSERT_OK(driver_->Seal(fleet, kTargets).status());
  FLEET_ASSERT_OK(driver_->Seal(fleet, kTargets).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet expanded, driver_->AwaitExpanded(fleet));
  EXPECT_EQ(expanded.rollup().total(), kTargets);
  EXPECT_EQ(stores_.Sql("select format('%s %s %s %s', count(*), count(distinct repo), min(ordinal), max(ordinal)) "
                        "from tasks"),
            absl::StrCat(kTargets, " ", kTargets, " 1 ", kTargets));
  // The ordinals follow the order in which parts arrived, and the order within them.
  int ordinal = 1;
  for (const v1::AddFleetTargetsRequest& part : parts) {
    EXPECT_EQ(stores_.Sql(absl::StrCat("select repo from tasks where ordinal = ", ordinal)), part.targets(0).repo());
    ordinal += part.targets_size();
    EXPECT_EQ(stores_.Sql(absl::StrCat("select repo from tasks where ordinal = ", ordinal - 1)),
              part.targets(part.targets_size() - 1).repo());
  }
  FLEET_EXPECT_OK(checker.Finish());
}

TEST_F(FleetPartsTest, PartsThatComeAtOnceThroughTwoServicesAllCount) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto two, ServerProcess::StartService(database_.url()));
  const FleetDriver other(two->address());
  const std::string fleet = CreateOpen(10);
  std::vector<std::future<absl::StatusOr<v1::AddFleetTargetsResponse>>> calls;
  for (int i = 0; i < 24; ++i) {
    // Each part twice at once.
    calls.push_back(std::async(std::launch::async, [&, i] {
      const int part = i / 2 + 1;
      return (i % 2 == 0 ? *driver_ : other).AddTargets(FleetDriver::Part(fleet, part, 1 + part * 100, 100));
    }));
  }
  int replayed = 0;
  for (auto& call : calls) {
    FLEET_ASSERT_OK_AND_ASSIGN(const auto response, call.get());
    replayed += response.replayed() ? 1 : 0;
  }
  EXPECT_EQ(replayed, 12);
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet sealed, driver_->Seal(fleet));
  EXPECT_EQ(sealed.rollup().total(), 1210);
  stores_.ExpandAll();
  EXPECT_EQ(stores_.Sql("select count(distinct repo) from tasks"), "1210");
}

TEST_F(FleetPartsTest, AFleetInPartsRunsToItsEnd) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto worker, ServerProcess::StartWorker(database_.url()));
  RunnerCrowd crowd({.addresses = {one_->address()}, .runners = 2, .lease_wait = absl::Seconds(2)});
  const std::string fleet = CreateOpen(3);
  Add(fleet, 2, 101, 7);
  Add(fleet, 1, 11, 5);
  FLEET_ASSERT_OK(driver_->Seal(fleet, 15).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet ended, driver_->AwaitEnd(fleet));
  EXPECT_EQ(ended.state(), v1::FLEET_STATE_COMPLETED);
  EXPECT_EQ(ended.rollup().states().completed(), 15);
  crowd.Stop();
}

TEST_F(FleetPartsTest, APartIsRefusedAsARequestWouldBe) {
  const std::string fleet = CreateOpen(5);
  Add(fleet, 1, 11, 5);
  ErrorInfo info =
      ExpectPartRefused(FleetDriver::Part(fleet, 2, 15, 3), absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  ASSERT_EQ(info.violations.size(), 1U);
  EXPECT_EQ(info.violations[0].field, "targets[0].repo");
  EXPECT_THAT(info.violations[0].description, HasSubstr("org/repo-000015"));
  v1::AddFleetTargetsRequest other_case = FleetDriver::Part(fleet, 2, 100, 1);
  other_case.add_targets()->set_repo("ORG/Repo-000003");
  info = ExpectPartRefused(other_case, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  EXPECT_EQ(info.violations.at(0).field, "targets[1].repo");
  v1::AddFleetTargetsRequest twice = FleetDriver::Part(fleet, 2, 100, 1);
  twice.add_targets()->set_repo("org/repo-000100");
  ExpectPartRefused(twice, absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  v1::AddFleetTargetsRequest missing = FleetDriver::Part(fleet, 2, 100, 1);
  missing.add_targets()->set_repo("org/nowhere");
  info = ExpectPartRefused(missing, absl::StatusCode::kFailedPrecondition, "REPO_NOT_ONBOARDED");
  EXPECT_EQ(info.violations.at(0).field, "targets[1].repo");
  ExpectPartRefused(FleetDriver::Part(fleet, 0, 100, 1), absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  ExpectPartRefused(FleetDriver::Part(fleet, 2, 100, 0), absl::StatusCode::kInvalidArgument, "INVALID_ARGUMENT");
  ExpectPartRefused(FleetDriver::Part("01HZ0000000000000000000001", 2, 100, 1), absl::StatusCode::kNotFound,
                    "FLEET_NOT_FOUND");
  ExpectPartRefused(FleetDriver::Part(fleet, 1, 11, 6), absl::StatusCode::kAlreadyExists, "PART_REUSED");
}

TEST_F(FleetPartsTest, AnotherNameOfARepositoryOfAnotherPartIsRefused) {
  // A service that starts looks for what was imported without its meaning.
  stores_.Sql(
      "update repositories set clone_url = 'ssh://git@GIT.invalid/org/repo-000003' where repo = 'org/repo-000012'");
  FLEET_ASSERT_OK_AND_ASSIGN(const auto two, ServerProcess::StartService(database_.url()));
  ASSERT_TRUE(WaitUntil([&] { return stores_.Sql("select count(*) from shared_clone_urls") == "2"; }));
  const std::string fleet = CreateOpen(5);
  const ErrorInfo info =
      ExpectPartRefused(FleetDriver::Part(fleet, 1, 11, 5), absl::StatusCode::kInvalidArgument, "DUPLICATE_CLONE_URL");
  ASSERT_EQ(info.violations.size(), 1U);
  EXPECT_EQ(info.violations[0].field, "targets[1].repo");
  EXPECT_EQ(info.violations[0].description, "org/repo-000012 has the same clone URL as org/repo-000003");
}

TEST_F(FleetPartsTest, TheLimitCountsTheTargetsOfAllParts) {
  stores_.Sql("update limits set value = 12 where name = 'targets_per_fleet'");
  const std::string fleet = CreateOpen(5);
  Add(fleet, 1, 11, 5);
  const ErrorInfo info =
      ExpectPartRefused(FleetDriver::Part(fleet, 2, 21, 3), absl::StatusCode::kResourceExhausted, "TARGETS_LIMIT");
  EXPECT_EQ(info.metadata.at("value"), "12");
  Add(fleet, 2, 21, 2);
}

TEST_F(FleetPartsTest, AfterTheSealNothingIsAddedAndRepetitionsAreOk) {
  const std::string fleet = CreateOpen(5);
  ExpectSealRefused(fleet, "TARGETS_DIFFER", 6);
  Add(fleet, 1, 11, 5);
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet sealed, driver_->Seal(fleet, 10));
  EXPECT_FALSE(sealed.open_targets());
  EXPECT_EQ(sealed.state(), v1::FLEET_STATE_PENDING);
  const std::string rows = Rows();
  FLEET_EXPECT_OK(driver_->Seal(fleet).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const auto repeated, driver_->AddTargets(FleetDriver::Part(fleet, 1, 11, 5)));
  EXPECT_TRUE(repeated.replayed());
  EXPECT_EQ(Rows(), rows);
  ExpectSealRefused(fleet, "TARGETS_DIFFER", 9);
  ExpectPartRefused(FleetDriver::Part(fleet, 2, 21, 1), absl::StatusCode::kFailedPrecondition, "FLEET_SEALED");
  ExpectPartRefused(FleetDriver::Part(fleet, 1, 21, 1), absl::StatusCode::kAlreadyExists, "PART_REUSED");
  // One that never was open is sealed, too.
  FLEET_ASSERT_OK_AND_ASSIGN(const auto closed, driver_->Create(FleetDriver::Request(2)));
  ExpectPartRefused(FleetDriver::Part(closed.fleet().fleet_id(), 1, 21, 1), absl::StatusCode::kFailedPrecondition,
                    "FLEET_SEALED");
  FLEET_EXPECT_OK(driver_->Seal(closed.fleet().fleet_id(), 2).status());
}

TEST_F(FleetPartsTest, WithoutTargetsItIsNotSealed) {
  const std::string fleet = CreateOpen();
  ExpectSealRefused(fleet, "NO_TARGETS");
  ExpectSealRefused(fleet, "NO_TARGETS", 0);
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet paused, driver_->Pause(fleet));
  EXPECT_EQ(paused.state(), v1::FLEET_STATE_PAUSED);
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet resumed, driver_->Resume(fleet));
  EXPECT_EQ(resumed.state(), v1::FLEET_STATE_PENDING);
  ASSERT_EQ(resumed.waiting_on_size(), 1);
  EXPECT_EQ(resumed.waiting_on(0).reason(), v1::WAIT_REASON_UNSEALED);
}

TEST_F(FleetPartsTest, ARepeatedSubmissionIsTheSameFleetWhateverWasAddedSince) {
  FLEET_ASSERT_OK_AND_ASSIGN(const auto created, driver_->Create(OpenRequest(2, "request-1")));
  Add(created.fleet().fleet_id(), 1, 11, 5);
  FLEET_ASSERT_OK_AND_ASSIGN(const auto again, driver_->Create(OpenRequest(2, "request-1")));
  EXPECT_TRUE(again.replayed());
  EXPECT_EQ(again.fleet().fleet_id(), created.fleet().fleet_id());
  EXPECT_EQ(again.fleet().rollup().total(), 7);
  EXPECT_TRUE(again.fleet().open_targets());
  EXPECT_EQ(GetErrorInfo(driver_->Create(FleetDriver::Request(2, "request-1")).status()).reason, "REQUEST_ID_REUSED");
}

TEST_F(FleetPartsTest, CancelledBeforeItsSealItEndsAtOnce) {
  for (const int targets : {0, 5}) {
    const std::string fleet = CreateOpen(targets);
    FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet cancelled, driver_->Cancel(fleet));
    EXPECT_EQ(cancelled.state(), v1::FLEET_STATE_CANCELLED);
    ExpectPartRefused(FleetDriver::Part(fleet, 1, 11, 1), absl::StatusCode::kFailedPrecondition, "FLEET_ALREADY_ENDED");
    ExpectSealRefused(fleet, "FLEET_ALREADY_ENDED");
    EXPECT_EQ(GetErrorInfo(driver_->Retry(fleet, "").status()).reason, "NOTHING_TO_RETRY");
  }
  InvariantChecker checker(database_.url(), InvariantChecker::Mode::kOnDemand);
  FLEET_EXPECT_OK(checker.Look());
  EXPECT_EQ(checker.violations(), std::vector<std::string>());
}

TEST_F(FleetPartsTest, NotSealedWithinAnHourItFails) {
  const std::string fleet = CreateOpen(5);
  EXPECT_EQ(stores_.Sql("select round(extract(epoch from not_before - clock_timestamp()) / 60) from fleet_jobs"), "60");
  PassTheHour(fleet);
  ExpectPartRefused(FleetDriver::Part(fleet, 1, 11, 1), absl::StatusCode::kFailedPrecondition, "FLEET_ALREADY_ENDED");
  ExpectSealRefused(fleet, "FLEET_ALREADY_ENDED");
  EXPECT_EQ(GetErrorInfo(driver_->Retry(fleet, "").status()).reason, "EXPANSION_FAILED");
  // What was sealed in time is not concerned, nor what ended.
  const std::string sealed = CreateOpen(5);
  FLEET_ASSERT_OK(driver_->Seal(sealed).status());
  EXPECT_EQ(stores_.Sql("select count(*) from fleet_jobs where kind = 7"), "0");
}

TEST_F(FleetPartsTest, AFleetThatIsOpenForTargetsCountsAsOpen) {
  stores_.Sql("update limits set value = 1 where name = 'open_fleets_user'");
  const std::string fleet = CreateOpen();
  EXPECT_EQ(GetErrorInfo(driver_->Create(FleetDriver::Request(1)).status()).reason, "OPEN_FLEETS_LIMIT");
  PassTheHour(fleet);
  FLEET_EXPECT_OK(driver_->Create(FleetDriver::Request(1)).status());
}

TEST_F(FleetPartsTest, ADeadlineThatPassesBeforeTheSealEndsIt) {
  const std::string fleet = CreateOpen(5);
  stores_.Sql("update fleets set deadline = clock_timestamp() - interval '1 second'");
  stores_.Sql("insert into fleet_jobs (fleet_id, kind) select fleet_id, 5 from fleets");
  FLEET_ASSERT_OK(stores_.jobs.RunStep(store::JobKind::kDeadline).status());
  FLEET_ASSERT_OK_AND_ASSIGN(const v1::Fleet ended, driver_->Get(fleet));
  EXPECT_EQ(ended.state(), v1::FLEET_STATE_FAILED);
  EXPECT_TRUE(ended.deadline_exceeded());
}

TEST_F(FleetPartsTest, ParametersOfTargetsComeWithTheirPart) {
  const std::string fleet = CreateOpen(2);
  v1::AddFleetTargetsRequest part = FleetDriver::Part(fleet, 1, 11, 2);
  (*part.mutable_targets(1)->mutable_parameters())["library"] = "zlib";
  FLEET_ASSERT_OK(driver_->AddTargets(part).status());
  FLEET_ASSERT_OK(driver_->Seal(fleet).status());
  stores_.ExpandAll();
  FLEET_ASSERT_OK_AND_ASSIGN(const auto task, driver_->Task(fleet, "org/repo-000012"));
  EXPECT_EQ(task.task().ordinal(), 4);
  EXPECT_EQ(task.task().parameters().at("library"), "zlib");
  EXPECT_EQ(stores_.Sql("select has_parameters from fleets"), "t");
}

}  // namespace
}  // namespace fleet::testing
