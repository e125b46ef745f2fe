// Why the bytes of a request are no such message, in words for whoever sent them.
#ifndef FLEET_COMMON_RPC_MALFORMED_REQUEST_H_
#define FLEET_COMMON_RPC_MALFORMED_REQUEST_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace fleet::rpc {

// INVALID_ARGUMENT with reason MALFORMED_REQUEST, for bytes that protobuf refused to read as a message like `request`:
// it names the field that holds text that is not UTF-8, or the innermost message that cannot be read.
absl::Status MalformedRequest(const google::protobuf::Message& request, absl::string_view bytes);

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_MALFORMED_REQUEST_H_
