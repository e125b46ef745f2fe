// One unary call, from its bytes to its end: it authenticates, reads the request, hands it to the method's threads,
// counts, times and logs, and ends exactly once. Whatever the transport.
#ifndef FLEET_COMMON_RPC_CALL_H_
#define FLEET_COMMON_RPC_CALL_H_

#include <atomic>
#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "common/domain/caller.h"
#include "common/rpc/call_record.h"
#include "common/rpc/method_table.h"
#include "common/rpc/transport.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"

namespace fleet::rpc {

class Call {
 public:
  // Lives until `transport` has ended. All outlive it.
  Call(const Method& method, const CallEnvironment& environment, UnaryTransport& transport);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  // Call once, on the transport's thread; does not block. A call whose deadline has passed or whose caller is gone
  // before its turn is not begun; when the method's threads have too many waiting, the answer is kUnavailable.
  void Start();
  // The caller is gone. Thread-safe.
  void Abandon() { *abandoned_ = true; }

 private:
  void RunUnary(const Method::Unary& handle);
  void RunPending(const Method::Pending& handle);
  // False if the call has ended instead.
  bool Reserve();
  bool ReadRequest();
  void Refuse(metrics::Refusal why, const absl::Status& status);
  void End(const absl::Status& status);

  const Method& method_;
  const CallEnvironment& environment_;
  UnaryTransport& transport_;
  CallRecord record_;
  google::protobuf::Arena arena_;
  // The arena's; made when their turn comes.
  google::protobuf::Message* request_ = nullptr;
  google::protobuf::Message* response_ = nullptr;
  domain::Caller caller_;
  std::size_t reserved_ = 0;  // of the environment's budget
  const std::shared_ptr<std::atomic<bool>> abandoned_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_CALL_H_
