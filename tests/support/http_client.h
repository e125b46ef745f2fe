// Speaks HTTP to 127.0.0.1 byte by byte, so that tests can also send what no client would.
#ifndef FLEET_TESTS_SUPPORT_HTTP_CLIENT_H_
#define FLEET_TESTS_SUPPORT_HTTP_CLIENT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::testing {

class HttpClient {
 public:
  // Connected, or every call fails.
  explicit HttpClient(int port);
  ~HttpClient();
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&&) = delete;

  // Whether all of it was taken.
  bool Send(absl::string_view bytes);
  // Everything up to the end of `terminator`, or what came before the peer closed or 30 s passed.
  std::string ReadUntil(absl::string_view terminator);
  // Everything until the peer closes, or what came within 30 s.
  std::string ReadAll();
  // Whether it was connected, and the peer closed within 30 s with nothing more said.
  bool IsClosed();

 private:
  int fd_;
  std::string unread_;
};

// The whole answer to GET `path`, head and body; empty if there is none.
std::string HttpGet(int port, absl::string_view path);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_HTTP_CLIENT_H_
