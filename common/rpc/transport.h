// What a call needs of the wire it came by, so that nothing else knows which it is: gRPC today.
#ifndef FLEET_COMMON_RPC_TRANSPORT_H_
#define FLEET_COMMON_RPC_TRANSPORT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"

namespace fleet::rpc {

// What came beside the request: gRPC's metadata, HTTP's headers.
class Metadata {
 public:
  virtual ~Metadata() = default;
  // Every value of this key, which is in lower case. They live as long as the call.
  virtual std::vector<absl::string_view> Values(absl::string_view key) const = 0;
};

class Transport : public Metadata {
 public:
  // IP address that the call came from, maybe a proxy's; empty if there is none.
  virtual std::string PeerAddress() const { return {}; }
  // Until the caller's deadline; infinite without one.
  virtual absl::Duration TimeLeft() const = 0;
  // Of the request's body, as it came.
  virtual std::size_t RequestBytes() const = 0;
  // Reads the request's body, once, and gives it up. Returns INVALID_ARGUMENT as MalformedRequest does.
  virtual absl::Status ReadRequest(google::protobuf::Message& request) = 0;
};

class UnaryTransport : public Transport {
 public:
  // Ends the call with `status` and, if that is OK, `response`. Called once; the call may be gone when it returns.
  virtual void End(const absl::Status& status, const google::protobuf::Message& response) = 0;
};

// A message in protobuf's wire form, made once for all who are sent it.
using SharedBytes = std::shared_ptr<const std::string>;

class StreamTransport : public Transport {
 public:
  // Sends a message. What comes next, comes when it is told StreamCall::OnWritten; not while this call runs.
  virtual void Write(SharedBytes message) = 0;
  // Gives up the message that is on its way: OnWritten(false) follows, or has been told already.
  virtual void Drop() = 0;
  // Called once: the stream may be gone when it returns.
  virtual void End(const absl::Status& status) = 0;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_TRANSPORT_H_
