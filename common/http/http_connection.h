// One connection of an HttpServer: reads a request, has it answered, and again. Everything runs on the server's thread.
#ifndef FLEET_COMMON_HTTP_HTTP_CONNECTION_H_
#define FLEET_COMMON_HTTP_HTTP_CONNECTION_H_

#include <functional>
#include <memory>

#include "boost/asio/ip/tcp.hpp"
#include "common/http/http_limits.h"
#include "common/http/http_message.h"

namespace fleet::http {

class HttpConnection {
 public:
  // Runs a function on the server's thread, from any thread; does nothing once the server is gone.
  using Post = std::function<void(std::function<void()> work)>;

  // `on_end` is called once, when the peer or Close ended it. Whoever starts it keeps it until then. What is referred
  // to must outlive it.
  static std::shared_ptr<HttpConnection> Start(boost::asio::ip::tcp::socket socket, const Limits& limits,
                                               const Handler& handler, Post post, std::function<void()> on_end);
  virtual ~HttpConnection() = default;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Whether it waits for the peer, not the peer for an answer.
  virtual bool waiting() const = 0;
  virtual void Close() = 0;

 protected:
  HttpConnection() = default;
};

}  // namespace fleet::http

#endif  // FLEET_COMMON_HTTP_HTTP_CONNECTION_H_
