// What the load generator asks of a running Fleet, over gRPC alone: a catalog, fleets, channels for runners and
// watchers.
#ifndef FLEET_TESTS_BENCH_BENCH_SESSION_H_
#define FLEET_TESTS_BENCH_BENCH_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"

namespace fleet::bench {

// Thread-safe once made.
class BenchSession {
 public:
  // `addresses` are used in turn. Every call is made as `user`.
  BenchSession(std::vector<std::string> addresses, std::string user);

  // Registers bench/repo-000001 … bench/repo-<count> and a workflow that does nothing. Repeating it is harmless.
  absl::Status Prepare(int32_t repositories);

  // Submits a fleet of the first `children` repositories; its id. `max_concurrency` as in FleetPolicy.
  absl::StatusOr<std::string> Submit(int32_t children, int32_t max_concurrency) const;

  // A connection of its own, to the next service.
  std::shared_ptr<grpc::Channel> NewChannel();
  const std::string& user() const { return user_; }
  // For one call.
  void Prepare(grpc::ClientContext& context, absl::Duration timeout) const;

 private:
  absl::Status ImportRepositories(int32_t count) const;
  absl::Status ApplyWorkflow() const;

  const std::vector<std::string> addresses_;
  const std::string user_;
  std::size_t next_ = 0;
  std::shared_ptr<grpc::Channel> channel_;
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_BENCH_SESSION_H_
