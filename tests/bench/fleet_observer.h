// Watches one fleet and notes when it reached what benchmarks wait for.
#ifndef FLEET_TESTS_BENCH_FLEET_OBSERVER_H_
#define FLEET_TESTS_BENCH_FLEET_OBSERVER_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "tests/bench/bench_session.h"

namespace fleet::bench {

class FleetObserver {
 public:
  FleetObserver(BenchSession& session, const std::string& fleet_id);
  // Ends the stream.
  ~FleetObserver();
  FleetObserver(const FleetObserver&) = delete;
  FleetObserver& operator=(const FleetObserver&) = delete;

  // Waits until every child is enqueued; when it was heard of, by absl::Now(). Returns kAborted if the stream
  // ends for good before.
  absl::StatusOr<absl::Time> WaitExpanded();
  // The same for the fleet's end. Returns kAborted too if it did not end as COMPLETED.
  absl::StatusOr<absl::Time> WaitCompleted();

 private:
  void Read();
  absl::StatusOr<absl::Time> WaitFor(std::optional<absl::Time> FleetObserver::*moment);

  absl::Status ReadOnce();

  BenchSession& session_;
  const std::unique_ptr<v1::FleetService::Stub> stub_;
  v1::WatchFleetRequest request_;
  Mutex mutex_;
  CondVar changed_;
  // Guarded by mutex_.
  std::optional<absl::Time> expanded_;
  std::optional<absl::Time> completed_;
  std::unique_ptr<grpc::ClientContext> context_;  // of the stream that is open
  bool stopping_ = false;
  bool ended_ = false;
  absl::Status end_;  // how the stream ended
  std::thread thread_;
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_FLEET_OBSERVER_H_
