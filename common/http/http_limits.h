// What a peer may ask of an HTTP server.
#ifndef FLEET_COMMON_HTTP_HTTP_LIMITS_H_
#define FLEET_COMMON_HTTP_HTTP_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

namespace fleet::http {

struct Limits {
  // At the limit, the connection whose peer has been silent longest gives way to a new one. Only if handlers have the
  // requests of all of them, the new one is closed.
  std::size_t connections = 256;
  std::uint32_t header_bytes = 16 * 1024;               // of one request; more is answered 431
  std::uint64_t body_bytes = std::uint64_t{64} * 1024;  // of one request; more is answered 413
  // For the first request to arrive whole, then for each further one: connections are closed after it.
  absl::Duration first_request = absl::Seconds(10);
  absl::Duration next_request = absl::Seconds(75);
  absl::Duration write = absl::Seconds(30);  // for a response to be taken whole
};

}  // namespace fleet::http

#endif  // FLEET_COMMON_HTTP_HTTP_LIMITS_H_
