#include "services/fleet/api/runner_api.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "common/domain/fleet_trace.h"
#include "common/metrics/trace_metrics.h"
#include "common/status/error_info.h"
#include "common/tracing/span_buffer.h"
#include "prometheus/registry.h"
#include "tests/unit/services/fleet/api/runner_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kRunner[] = "01HZ0000000000000000000001";

TEST_F(RunnerApiTest, ARegisteredRunnerIsToldItsTimes) {
  EXPECT_THAT(Register(caller_, "x"), StatusIs(absl::StatusCode::kInvalidArgument));
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  EXPECT_EQ(registered_.lease_duration().seconds(), 30);
  EXPECT_EQ(registered_.heartbeat_interval().seconds(), 5);
}

TEST_F(RunnerApiTest, LeasesCarryWhatTheWorkNeedsAndReportsEndThem) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  ASSERT_EQ(leased_.leases_size(), 2);
  ASSERT_EQ(leased_.fleets_size(), 1);
  EXPECT_EQ(leased_.fleets(0).fleet_id(), fleet.ToString());
  EXPECT_EQ(leased_.leases(0).repo(), testing::TestStores::RepoName(1));
  EXPECT_THAT(leased_.leases(0).clone_url(), HasSubstr("git.invalid"));
  EXPECT_EQ(leased_.leases(0).branch(), domain::BranchName(fleet));
  const std::string first = leased_.leases(0).task_id();
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  EXPECT_EQ(leased_.leases(0).task_id(), first) << "the same lease_seq has the same answer";

  v1::ReportTasksRequest request;
  request.set_runner_id(kRunner);
  for (const v1::Lease& lease : leased_.leases()) {
    v1::TaskReport& report = *request.add_reports();
    report.set_task_id(lease.task_id());
    report.set_attempt(lease.attempt());
    report.set_state(v1::TASK_STATE_COMPLETED);
  }
  request.mutable_reports(1)->set_attempt(0);
  FLEET_ASSERT_OK(Report(caller_, request));
  ASSERT_THAT(reported_.answers(), SizeIs(2));
  EXPECT_EQ(reported_.answers(0).status(), v1::REPORT_STATUS_OK);
  EXPECT_EQ(reported_.answers(1).status(), v1::REPORT_STATUS_INVALID);
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.State(domain::TaskState::kCompleted), 1);
}

TEST_F(RunnerApiTest, LeasesSayBelowWhichSpanTheirWorkIs) {
  constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  store::NewFleet fleet = stores_.NewFleet({.targets = 1});
  fleet.traceparent = kTraceparent;
  FLEET_ASSERT_OK(stores_.fleets.Create(caller_, fleet));
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  ASSERT_EQ(leased_.leases_size(), 1);
  EXPECT_EQ(leased_.leases(0).traceparent(), kTraceparent) << "nobody would tell of the attempt";

  prometheus::Registry registry;
  metrics::TraceMetrics metrics(registry);
  tracing::SpanBuffer buffer(metrics);
  const tracing::Tracer tracer(buffer, 1);
  TaskLeasing leasing(dispatcher_, fleets_, pool_, tracer);
  RunnerApi api(stores_.runners, owners_, leasing, reports_, relay_, absl::Seconds(5));
  leased_.Clear();
  FLEET_ASSERT_OK(
      Await([&](const rpc::PendingCall& call) { api.LeaseTasks(caller_, Demand(kRunner, 1), leased_, call); }));
  ASSERT_EQ(leased_.leases_size(), 1);
  const domain::FleetTrace trace{tracing::ParseTraceparent(kTraceparent), fleet.id, 1};
  EXPECT_EQ(leased_.leases(0).traceparent(), tracing::FormatTraceparent(trace.Attempt(1, 1, 1)));
}

TEST_F(RunnerApiTest, AHeartbeatIsToldWhichOfItsLogsAreFollowed) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  v1::HeartbeatRequest request;
  request.set_runner_id(kRunner);
  request.set_heartbeat_seq(1);
  request.set_received_lease_seq(1);
  for (const v1::Lease& lease : leased_.leases()) {
    v1::HeldLease& held = *request.add_held();
    held.set_task_id(lease.task_id());
    held.set_attempt(lease.attempt());
  }
  followed_ = {{fleet, 2}, {fleet, 3}};
  FLEET_ASSERT_OK(relay_.RunOnce().status());
  v1::HeartbeatResponse response;
  FLEET_ASSERT_OK(api_.Heartbeat(caller_, request, response));
  ASSERT_THAT(response.followed_logs(), SizeIs(1)) << "another's is not its affair";
  EXPECT_EQ(response.followed_logs(0).task_id(), request.held(1).task_id());
  EXPECT_EQ(response.followed_logs(0).attempt(), 1);
}

TEST_F(RunnerApiTest, ChildrenPushTheBranchThatTheirFleetNames) {
  store::NewFleet fleet = stores_.NewFleet({.targets = 2});
  fleet.branch = "legal/licence-{{fleet}}";
  FLEET_ASSERT_OK(stores_.fleets.Create(caller_, fleet));
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  ASSERT_EQ(leased_.leases_size(), 2);
  for (const v1::Lease& lease : leased_.leases()) {
    EXPECT_EQ(lease.branch(), "legal/licence-" + absl::AsciiStrToLower(fleet.id.ToString()));
  }
}

TEST_F(RunnerApiTest, ADeletedRepositoryIsClonedFromWhereItWas) {
  stores_.CreateFleet({.targets = 2});
  FLEET_ASSERT_OK(stores_.catalog.Delete(caller_, testing::TestStores::RepoName(1)));
  store::RepositoryRecord moved;
  moved.repo = testing::TestStores::RepoName(2);
  moved.clone_url = "https://git.invalid/moved.git";
  FLEET_ASSERT_OK(stores_.catalog.Delete(caller_, moved.repo));
  FLEET_ASSERT_OK(stores_.catalog.Import(caller_, {moved}));
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  ASSERT_EQ(leased_.leases_size(), 2);
  EXPECT_EQ(leased_.leases(0).repo(), testing::TestStores::RepoName(1));
  EXPECT_THAT(leased_.leases(0).clone_url(), HasSubstr("git.invalid"));
  EXPECT_EQ(leased_.leases(1).clone_url(), "https://git.invalid/moved.git") << "registered again: as it is now";

  // No new fleet can have it; this one's children are found by its name all the same.
  const auto refused = stores_.fleets.Create(caller_, stores_.NewFleet({.targets = 1}));
  EXPECT_EQ(GetErrorInfo(refused.status()).reason, "REPO_NOT_ONBOARDED");
  const auto id = domain::TaskId::Parse(leased_.leases(0).task_id());
  FLEET_EXPECT_OK(stores_.tasks.Get(caller_, id->fleet_id, testing::TestStores::RepoName(1)));
}

TEST_F(RunnerApiTest, OfTwoEndsOfOneLeaseTheSecondIsRefusedInOneRequestAsInTwo) {
  stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  ASSERT_EQ(leased_.leases_size(), 2);
  const auto report = [](const v1::Lease& lease, v1::TaskState state, v1::ReportTasksRequest& request) {
    v1::TaskReport& added = *request.add_reports();
    added.set_task_id(lease.task_id());
    added.set_attempt(lease.attempt());
    added.set_state(state);
  };
  v1::ReportTasksRequest together;
  together.set_runner_id(kRunner);
  for (const auto state : {v1::TASK_STATE_COMPLETED, v1::TASK_STATE_TIMED_OUT, v1::TASK_STATE_COMPLETED}) {
    report(leased_.leases(0), state, together);
  }
  const v1::LeaseTasksResponse leased = leased_;
  FLEET_ASSERT_OK(Report(caller_, together));
  EXPECT_EQ(reported_.answers(0).status(), v1::REPORT_STATUS_OK);
  EXPECT_EQ(reported_.answers(1).status(), v1::REPORT_STATUS_LEASE_LOST);
  EXPECT_EQ(reported_.answers(2).status(), v1::REPORT_STATUS_OK) << "a repeat";
  for (const auto state : {v1::TASK_STATE_COMPLETED, v1::TASK_STATE_TIMED_OUT}) {
    v1::ReportTasksRequest alone;
    alone.set_runner_id(kRunner);
    report(leased.leases(1), state, alone);
    FLEET_ASSERT_OK(Report(caller_, alone));
  }
  EXPECT_EQ(reported_.answers(0).status(), v1::REPORT_STATUS_LEASE_LOST);
}

TEST_F(RunnerApiTest, AnAnswerIsNoLargerThanAnyClientTakesAndWhatIsLeftOutGoesBack) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 8});
  stores_.ExpandAll();
  stores_.Sql("update fleets set has_parameters = true");
  stores_.Sql(
      "insert into task_parameters (fleet_id, ordinal, parameters)"
      " select fleet_id, ordinal, '{\"x\": \"' || repeat('y', 900000) || '\"}' from tasks");
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  EXPECT_EQ(leased_.leases_size(), 3);
  EXPECT_EQ(leased_.fleets_size(), 1);
  EXPECT_LT(leased_.ByteSizeLong(), std::size_t{4} << 20);
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 8) << "the grant is stored";

  v1::HeartbeatRequest heartbeat;
  heartbeat.set_runner_id(kRunner);
  heartbeat.set_heartbeat_seq(1);
  heartbeat.set_received_lease_seq(1);
  for (const v1::Lease& lease : leased_.leases()) {
    heartbeat.add_held()->set_task_id(lease.task_id());
    heartbeat.mutable_held(heartbeat.held_size() - 1)->set_attempt(lease.attempt());
  }
  v1::HeartbeatResponse response;
  FLEET_ASSERT_OK(api_.Heartbeat(caller_, heartbeat, response));
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 3);
  EXPECT_EQ(stores_.Sql("select max(coalesce(tries, 0)) from tasks"), "0") << "no try is used";
}

TEST_F(RunnerApiTest, ALeaseThatIsLargeByItselfIsHandedOutAlone) {
  stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  stores_.Sql("update fleet_intents set task_description = repeat('y', 4000000)");
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  EXPECT_EQ(leased_.leases_size(), 1);
  EXPECT_EQ(leased_.fleets_size(), 1);
}

TEST_F(RunnerApiTest, AnAnswerHasNoMoreLeasesThanItsRunnerHasSlots) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  EXPECT_EQ(leased_.leases_size(), 8) << "ten were asked for";
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.State(domain::TaskState::kQueued), 12) << "the others wait";
}

TEST_F(RunnerApiTest, AHeartbeatHoldsNoMoreLeasesThanItsRunnerHasSlots) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 20});
  stores_.ExpandAll();
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  v1::HeartbeatRequest heartbeat;
  heartbeat.set_runner_id(kRunner);
  heartbeat.set_received_lease_seq(2);
  for (int64_t lease_seq = 1; lease_seq <= 2; ++lease_seq) {
    v1::LeaseTasksRequest demand = Demand(kRunner, lease_seq);
    demand.set_max_tasks(lease_seq == 1 ? 8 : 1);
    FLEET_ASSERT_OK(Lease(caller_, demand));
    for (const v1::Lease& lease : leased_.leases()) {
      v1::HeldLease& held = *heartbeat.add_held();
      held.set_task_id(lease.task_id());
      held.set_attempt(lease.attempt());
    }
  }
  ASSERT_EQ(heartbeat.held_size(), 9);
  heartbeat.set_heartbeat_seq(1);
  stores_.Sql("update runners set heartbeat_at = heartbeat_at - interval '1 hour'");
  v1::HeartbeatResponse response;
  const absl::Status refused = api_.Heartbeat(caller_, heartbeat, response);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("held: has 9 leases, and this runner registered 8 slots")));
  EXPECT_EQ(stores_.Sql("select heartbeat_seq || ' ' || (heartbeat_at < clock_timestamp() - interval '30 minutes')"
                        " from runners"),
            "0 true")
      << "who holds more than there is room for is not kept alive by saying so";
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 9) << "nothing else changed";

  heartbeat.mutable_held()->RemoveLast();
  FLEET_EXPECT_OK(api_.Heartbeat(caller_, heartbeat, response)) << "with its slots full it is as alive as any";
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 8) << "what it let go is back in the queue";
}

TEST_F(RunnerApiTest, ARunnerThatIsUnknownOrLostIsTold) {
  EXPECT_EQ(GetErrorInfo(Lease(caller_, Demand(kRunner, 1))).reason, "RUNNER_NOT_REGISTERED");
  EXPECT_EQ(GetErrorInfo(Heartbeat(caller_, kRunner, 1)).reason, "RUNNER_NOT_REGISTERED");
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Heartbeat(caller_, kRunner, 1));
  stores_.Sql("update runners set state = 2");
  EXPECT_EQ(GetErrorInfo(Lease(caller_, Demand(kRunner, 1))).reason, "RUNNER_LOST");
  EXPECT_EQ(GetErrorInfo(Heartbeat(caller_, kRunner, 2)).reason, "RUNNER_LOST");
}

TEST_F(RunnerApiTest, ACallerSpeaksOnlyForRunnersOfItsOwn) {
  const domain::Ulid fleet = stores_.CreateFleet({.targets = 2});
  stores_.ExpandAll();
  const domain::Caller other{"mallory"};
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  FLEET_ASSERT_OK(Lease(caller_, Demand(kRunner, 1)));
  ASSERT_EQ(leased_.leases_size(), 2);
  v1::ReportTasksRequest report;
  report.set_runner_id(kRunner);
  report.add_reports()->set_task_id(leased_.leases(0).task_id());
  report.mutable_reports(0)->set_attempt(leased_.leases(0).attempt());
  report.mutable_reports(0)->set_state(v1::TASK_STATE_COMPLETED);

  // Whether this process knows the runner or has to ask the database.
  RunnerOwners strangers(stores_.runners, pool_);
  RunnerApi elsewhere(stores_.runners, strangers, leasing_, reports_, relay_, absl::Seconds(5));
  for (RunnerApi* api : {&api_, &elsewhere}) {
    v1::RegisterRunnerRequest again;
    again.set_runner_id(kRunner);
    again.set_name("mine now");
    again.set_slots(1);
    const auto await = [&](auto start) { return Await(start); };
    const std::vector<absl::Status> refusals = {
        api->RegisterRunner(other, again, registered_),
        await([&](const auto& call) { api->LeaseTasks(other, Demand(kRunner, 1), leased_, call); }),
        await([&](const auto& call) { api->ReportTasks(other, report, reported_, call); }), [&] {
          v1::HeartbeatRequest heartbeat;
          heartbeat.set_runner_id(kRunner);
          heartbeat.set_heartbeat_seq(7);
          v1::HeartbeatResponse response;
          return api->Heartbeat(other, heartbeat, response);
        }()};
    for (const absl::Status& refusal : refusals) {
      EXPECT_THAT(refusal, StatusIs(absl::StatusCode::kPermissionDenied));
      EXPECT_EQ(GetErrorInfo(refusal).reason, "RUNNER_NOT_YOURS");
    }
  }
  EXPECT_EQ(stores_.Sql("select name || owner || heartbeat_seq from runners"), "runneralice0") << "nothing changed";
  EXPECT_EQ(stores_.GetFleet(fleet).rollup.Active(), 2);
  FLEET_EXPECT_OK(Report(caller_, report));
  EXPECT_EQ(reported_.answers(0).status(), v1::REPORT_STATUS_OK);
}

TEST_F(RunnerApiTest, WhoOwnsARunnerIsReadOnce) {
  FLEET_ASSERT_OK(Register(caller_, kRunner));
  stores_.Sql("update runners set owner = 'bob'");
  FLEET_EXPECT_OK(Heartbeat(caller_, kRunner, 1)) << "it is known here";
  RunnerOwners others(stores_.runners, pool_);
  EXPECT_THAT(others.Check(caller_, *domain::Ulid::Parse(kRunner)), StatusIs(absl::StatusCode::kPermissionDenied));
  stores_.Sql("update runners set owner = 'alice'");
  EXPECT_THAT(others.Check(caller_, *domain::Ulid::Parse(kRunner)), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(RunnerApiTest, WhatIsMalformedIsRefused) {
  EXPECT_THAT(Lease(caller_, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Report(caller_, {}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Heartbeat(caller_, "x", 0), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fleet::service
