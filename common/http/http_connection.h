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

  struct Events {
    std::function<void()> answered;  // a request was, and the connection goes on
    std::function<void()> ended;     // once, by the peer or by Close
  };

  // Whoever starts it keeps it until it has ended. What is referred to must outlive it.
  static std::shared_ptr<HttpConnection> Start(boost::asio::ip::tcp::socket socket, const Limits& limits,
                                               const Handler& handler, Post post, Events events);
  virtual ~HttpConnection() = default;
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // Whether the peer is what it waits for: to send a request or to take an answer. Else a handler is.
  virtual bool may_give_way() const = 0;
  virtual void Close() = 0;

 protected:
  HttpConnection() = default;
};

}  // namespace fleet::http

#endif  // FLEET_COMMON_HTTP_HTTP_CONNECTION_H_
