// RunnerApi with its dispatcher and batcher, without a server.
#ifndef FLEET_TESTS_UNIT_SERVICES_FLEET_API_RUNNER_FIXTURE_H_
#define FLEET_TESTS_UNIT_SERVICES_FLEET_API_RUNNER_FIXTURE_H_

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "common/clock/clock.h"
#include "services/fleet/api/runner_api.h"
#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {

class RunnerApiTest : public ApiTest {
 protected:
  absl::Status Register(const domain::Caller& caller, const std::string& runner_id) {
    v1::RegisterRunnerRequest request;
    request.set_runner_id(runner_id);
    request.set_name("runner");
    request.set_slots(8);
    registered_.Clear();
    return api_.RegisterRunner(caller, request, registered_);
  }
  absl::Status Lease(const domain::Caller& caller, const v1::LeaseTasksRequest& request) {
    leased_.Clear();
    return Await([&](const rpc::PendingCall& call) { api_.LeaseTasks(caller, request, leased_, call); });
  }
  absl::Status Report(const domain::Caller& caller, const v1::ReportTasksRequest& request) {
    reported_.Clear();
    return Await([&](const rpc::PendingCall& call) { api_.ReportTasks(caller, request, reported_, call); });
  }
  absl::Status Heartbeat(const domain::Caller& caller, const std::string& runner_id, int64_t seq) {
    v1::HeartbeatRequest request;
    request.set_runner_id(runner_id);
    request.set_heartbeat_seq(seq);
    v1::HeartbeatResponse response;
    return api_.Heartbeat(caller, request, response);
  }
  static v1::LeaseTasksRequest Demand(const std::string& runner_id, int64_t lease_seq) {
    v1::LeaseTasksRequest request;
    request.set_runner_id(runner_id);
    request.set_lease_seq(lease_seq);
    request.set_max_tasks(10);
    return request;
  }

  // Runs a call that answers later and waits for its answer.
  template <typename Start>
  absl::Status Await(Start start) {
    std::promise<absl::Status> ended;
    start(rpc::PendingCall{absl::Seconds(30), std::make_shared<std::atomic<bool>>(false),
                           [&](const absl::Status& status) { ended.set_value(status); }});
    return ended.get_future().get();
  }

  ThreadPool pool_{2, 100};
  dispatch::Dispatcher dispatcher_{
      [this](const auto& demands) { return stores_.dispatch.Dispatch(demands); }, Clock::System(), {}};
  dispatch::ReportBatcher reports_{
      [this](const auto& batch) { return stores_.reports.Apply(batch); }, [](const auto&, const auto&) {}, {}};
  LeasedFleetCache fleets_{stores_.details};
  TaskLeasing leasing_{dispatcher_, fleets_, pool_};
  RunnerOwners owners_{stores_.runners, pool_};
  // Tests say what is followed.
  std::vector<domain::TaskId> followed_;
  dispatch::LogRelay relay_{{nullptr, nullptr, nullptr, [this] { return followed_; }}, Clock::System(), {}};
  RunnerApi api_{stores_.runners, owners_, leasing_, reports_, relay_, absl::Seconds(5)};
  v1::RegisterRunnerResponse registered_;
  v1::LeaseTasksResponse leased_;
  v1::ReportTasksResponse reported_;
};

}  // namespace fleet::service

#endif  // FLEET_TESTS_UNIT_SERVICES_FLEET_API_RUNNER_FIXTURE_H_
