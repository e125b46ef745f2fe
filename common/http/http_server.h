// An HTTP/1.1 server: one thread serves all connections, and none of them can hold up another.
#ifndef FLEET_COMMON_HTTP_HTTP_SERVER_H_
#define FLEET_COMMON_HTTP_HTTP_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "common/http/http_limits.h"
#include "common/http/http_message.h"

namespace fleet::http {

class HttpServer {
 public:
  // Serves when it returns. `address`: "host:port" or "[IPv6]:port"; port 0 takes a free one. Returns kInvalidArgument
  // if it is not such an address, kUnavailable if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& address, const Limits& limits,
                                                           Handler handler);
  // Closes every connection, answered or not.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  int port() const;

 private:
  struct Impl;  // keeps Boost out of this header
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace fleet::http

#endif  // FLEET_COMMON_HTTP_HTTP_SERVER_H_
