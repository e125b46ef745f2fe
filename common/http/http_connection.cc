#include "common/http/http_connection.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/http.hpp"

namespace fleet::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;

// How long a peer that was answered for the last time may go on sending before it is cut off.
constexpr std::chrono::seconds kLinger{2};

std::chrono::milliseconds ToChrono(absl::Duration duration) { return absl::ToChronoMilliseconds(duration); }

Request ToRequest(beast::http::request<beast::http::string_body> message) {
  Request request;
  request.method = std::string(message.method_string());
  std::string target(message.target());
  // "http://host/path", as to a proxy, is to be taken too.
  const std::size_t scheme = target.find("://");
  if (!target.empty() && target.front() != '/' && scheme != std::string::npos) {
    const std::size_t slash = target.find('/', scheme + 3);
    target = slash == std::string::npos ? "/" : target.substr(slash);
  }
  const std::size_t query = target.find('?');
  request.path = target.substr(0, query);
  if (query != std::string::npos) request.query = target.substr(query + 1);
  request.body = std::move(message.body());
  return request;
}

Response Refusal(int status, absl::string_view what) {
  Response response;
  response.status = status;
  response.body = absl::StrCat(what, "\n");
  return response;
}

// What is answered to bytes that are no request; nothing if nobody listens any more.
std::optional<Response> RefusalOf(const error_code& error) {
  if (error == beast::http::error::header_limit) return Refusal(431, "the headers are too long");
  if (error == beast::http::error::body_limit) return Refusal(413, "the body is too long");
  const bool gone = error == beast::http::error::end_of_stream || error == beast::http::error::partial_message;
  if (!gone && error.category() == make_error_code(beast::http::error::bad_version).category())
    return Refusal(400, absl::StrCat("not an HTTP request: ", error.message()));
  return std::nullopt;
}

class Connection : public HttpConnection, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, const Limits& limits, const Handler& handler, Post post,
             Events events)
      : stream_(std::move(socket)),
        limits_(limits),
        handler_(handler),
        post_(std::move(post)),
        events_(std::move(events)) {}

  bool may_give_way() const override { return !handled_; }
  void Close() override {
    stream_.close();
    End();
  }

  void Read(absl::Duration timeout) {
    parser_.emplace();
    parser_->header_limit(limits_.header_bytes);
    parser_->body_limit(limits_.body_bytes);
    stream_.expires_after(ToChrono(timeout));
    beast::http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](const error_code& error, std::size_t /*bytes*/) { self->HaveRead(error); });
  }

 private:
  void HaveRead(const error_code& error) {
    stream_.expires_never();
    if (error) {
      if (std::optional<Response> refusal = RefusalOf(error)) {
        Write(*refusal, false, false);
      } else {
        End();
      }
      return;
    }
    beast::http::request<beast::http::string_body> message = parser_->release();
    const bool is_http11 = message.version() == 11;
    if (is_http11 && message.find(beast::http::field::host) == message.end()) {
      Write(Refusal(400, "a request needs a Host"), false, false);
      return;
    }
    // An HTTP/1.0 client that asks for more than one answer would have to be told so in that version's words.
    const bool keep_alive = is_http11 && message.keep_alive();
    const bool head = message.method() == beast::http::verb::head;
    handled_ = true;
    // Not kept by whoever answers: that may be longer than the server lives.
    const std::weak_ptr<Connection> weak = weak_from_this();
    handler_(ToRequest(std::move(message)), [weak, post = post_, head, keep_alive](Response response) {
      post([weak, head, keep_alive, response = std::move(response)] {
        if (const auto self = weak.lock()) self->Write(response, head, keep_alive);
      });
    });
  }

  void Write(const Response& response, bool head, bool keep_alive) {
    handled_ = false;
    beast::http::response<beast::http::string_body> message;
    message.result(static_cast<unsigned>(response.status));
    message.version(11);
    message.keep_alive(keep_alive);
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.set(beast::http::field::date,
                absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone()));
    message.set(beast::http::field::content_type, response.content_type);
    message.content_length(response.body.size());
    if (!head) message.body() = response.body;
    response_ = std::move(message);
    stream_.expires_after(ToChrono(limits_.write));
    beast::http::async_write(stream_, response_,
                             [self = shared_from_this(), keep_alive](const error_code& error, std::size_t /*bytes*/) {
                               if (error) {
                                 self->End();
                               } else if (keep_alive) {
                                 self->events_.answered();
                                 self->Read(self->limits_.next_request);
                               } else {
                                 self->EndAfterAnswer();
                               }
                             });
  }

  // A socket closed with bytes unread resets the connection, and the peer may never see the answer.
  void EndAfterAnswer() {
    error_code ignored;
    stream_.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
    stream_.expires_after(kLinger);
    Discard();
  }
  void Discard() {
    stream_.async_read_some(boost::asio::buffer(discarded_),
                            [self = shared_from_this()](const error_code& error, std::size_t /*bytes*/) {
                              if (error) {
                                self->End();
                              } else {
                                self->Discard();
                              }
                            });
  }
  void End() {
    if (events_.ended) std::exchange(events_.ended, nullptr)();
  }

  beast::tcp_stream stream_;
  const Limits& limits_;
  const Handler& handler_;
  const Post post_;
  Events events_;
  beast::flat_buffer buffer_;
  std::optional<beast::http::request_parser<beast::http::string_body>> parser_;
  beast::http::response<beast::http::string_body> response_;
  std::array<char, 4096> discarded_{};
  bool handled_ = false;  // a handler has the request
};

}  // namespace

std::shared_ptr<HttpConnection> HttpConnection::Start(boost::asio::ip::tcp::socket socket, const Limits& limits,
                                                      const Handler& handler, Post post, Events events) {
  auto connection =
      std::make_shared<Connection>(std::move(socket), limits, handler, std::move(post), std::move(events));
  connection->Read(limits.first_request);
  return connection;
}

}  // namespace fleet::http
