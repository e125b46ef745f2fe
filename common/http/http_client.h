// Sends to one URL by HTTP/1.1, without TLS: for what stands beside the process, such as a collector.
#ifndef FLEET_COMMON_HTTP_HTTP_CLIENT_H_
#define FLEET_COMMON_HTTP_HTTP_CLIENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/http/http_message.h"

namespace fleet::http {

class HttpClient {
 public:
  // `url`: "http://host[:port][/path]", IPv6 in brackets. Returns kInvalidArgument, saying what is wrong, for another:
  // https, a user's name, a query.
  static absl::StatusOr<HttpClient> Make(const std::string& url);

  // Blocks until the answer is there, on a connection of its own. Any status is an answer, at most 64 KiB of its body
  // are read, and its headers' names are in lower case. Returns kUnavailable if there is none, kDeadlineExceeded if it
  // took longer than `timeout`. Thread-safe.
  absl::StatusOr<Response> Post(const std::string& content_type, const std::string& body, absl::Duration timeout) const;

 private:
  HttpClient() = default;

  std::string host_;  // without brackets
  std::string port_;
  std::string authority_;  // as the Host header says it
  std::string target_;
};

}  // namespace fleet::http

#endif  // FLEET_COMMON_HTTP_HTTP_CLIENT_H_
