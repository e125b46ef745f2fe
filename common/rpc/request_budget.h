// How many bytes of requests are handled at once: a request costs several times its bytes while it is, and who sends
// many large ones together would take the process's memory.
#ifndef FLEET_COMMON_RPC_REQUEST_BUDGET_H_
#define FLEET_COMMON_RPC_REQUEST_BUDGET_H_

#include <atomic>
#include <cstddef>

namespace fleet::rpc {

// Thread-safe.
class RequestBudget {
 public:
  static constexpr std::size_t kUsualBytes = std::size_t{96} << 20;
  // Requests of at most so many bytes are always taken: how many calls wait bounds them.
  static constexpr std::size_t kSmallBytes = std::size_t{64} << 10;

  // A single request is always taken when no other is.
  explicit RequestBudget(std::size_t bytes = kUsualBytes) : bytes_(bytes) {}
  RequestBudget(const RequestBudget&) = delete;
  RequestBudget& operator=(const RequestBudget&) = delete;

  // False if others leave no room for it. What was taken is to be given back.
  bool Take(std::size_t request_bytes) {
    const std::size_t before = taken_.fetch_add(request_bytes);
    if (request_bytes <= kSmallBytes || before == 0 || before + request_bytes <= bytes_) return true;
    Give(request_bytes);
    return false;
  }
  void Give(std::size_t request_bytes) { taken_ -= request_bytes; }

  std::size_t taken() const { return taken_; }

 private:
  const std::size_t bytes_;
  std::atomic<std::size_t> taken_ = 0;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_REQUEST_BUDGET_H_
