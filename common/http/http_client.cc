#include "common/http/http_client.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/beast/core/flat_buffer.hpp"
#include "boost/beast/core/tcp_stream.hpp"
#include "boost/beast/http/parser.hpp"
#include "boost/beast/http/read.hpp"
#include "boost/beast/http/string_body.hpp"
#include "boost/beast/http/write.hpp"

namespace fleet::http {
namespace {

namespace beast = boost::beast;
using BoostTcp = boost::asio::ip::tcp;

constexpr uint64_t kAnswerBytes = uint64_t{64} * 1024;

absl::Status WrongUrl(const std::string& url, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("\"", url, "\" ", problem));
}

bool IsUsable(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

// One exchange: each step begins the next, and the first that fails ends it.
class Exchange {
 public:
  Exchange(boost::asio::io_context& context, beast::http::request<beast::http::string_body> request,
           std::chrono::milliseconds timeout)
      : resolver_(context), stream_(context), request_(std::move(request)), timeout_(timeout) {
    parser_.body_limit(kAnswerBytes);
  }

  void Begin(const std::string& host, const std::string& port) {
    resolver_.async_resolve(host, port, [this](beast::error_code error, const BoostTcp::resolver::results_type& found) {
      if (error) return Fail(error);
      stream_.expires_after(timeout_);
      stream_.async_connect(found, [this](beast::error_code failed, const BoostTcp::endpoint&) {
        if (failed) return Fail(failed);
        Write();
      });
    });
  }

  bool is_done() const { return done_; }
  const beast::error_code& error() const { return error_; }
  const beast::http::response<beast::http::string_body>& answer() const { return parser_.get(); }

 private:
  void Write() {
    beast::http::async_write(stream_, request_, [this](beast::error_code error, std::size_t) {
      if (error) return Fail(error);
      // The header by itself: Boost 1.74 loses the error of a Content-Length over the limit when the body comes with
      // it.
      beast::http::async_read_header(stream_, buffer_, parser_, [this](beast::error_code failed, std::size_t) {
        if (failed) return Fail(failed);
        ReadBody();
      });
    });
  }
  void ReadBody() {
    beast::http::async_read(stream_, buffer_, parser_, [this](beast::error_code error, std::size_t) {
      if (error) return Fail(error);
      done_ = true;
    });
  }
  void Fail(const beast::error_code& error) { error_ = error; }

  BoostTcp::resolver resolver_;
  beast::tcp_stream stream_;
  beast::http::request<beast::http::string_body> request_;
  const std::chrono::milliseconds timeout_;
  beast::flat_buffer buffer_{kAnswerBytes};
  beast::http::response_parser<beast::http::string_body> parser_;
  beast::error_code error_;
  bool done_ = false;
};

}  // namespace

absl::StatusOr<HttpClient> HttpClient::Make(const std::string& url) {
  absl::string_view rest = url;
  if (absl::StartsWith(rest, "https://")) {
    return WrongUrl(url, "is https, which is not spoken here: have a proxy or collector beside the process speak it");
  }
  if (!absl::ConsumePrefix(&rest, "http://")) return WrongUrl(url, "is not http://host:port");
  if (!IsUsable(rest)) return WrongUrl(url, "holds what no URL may hold");
  if (rest.find_first_of("@?#") != absl::string_view::npos) {
    return WrongUrl(url, "may hold no user, query or fragment");
  }
  HttpClient client;
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  client.target_ = slash == rest.size() ? "/" : std::string(rest.substr(slash));
  client.authority_ = std::string(rest.substr(0, slash));
  const std::string& authority = client.authority_;
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != std::string::npos && authority.find(']', colon) == std::string::npos;
  client.host_ = has_port ? authority.substr(0, colon) : authority;
  client.port_ = has_port ? authority.substr(colon + 1) : "80";
  int port = 0;
  if (!absl::SimpleAtoi(client.port_, &port) || port < 1 || port > 65535) return WrongUrl(url, "has no such port");
  const std::string& host = client.host_;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') client.host_ = host.substr(1, host.size() - 2);
  if (client.host_.empty()) return WrongUrl(url, "names no host");
  return client;
}

absl::StatusOr<Response> HttpClient::Post(const std::string& content_type, const std::string& body,
                                          absl::Duration timeout) const {
  beast::http::request<beast::http::string_body> request(beast::http::verb::post, target_, 11);
  request.set(beast::http::field::host, authority_);
  request.set(beast::http::field::content_type, content_type);
  request.set(beast::http::field::connection, "close");
  request.body() = body;
  request.prepare_payload();
  boost::asio::io_context context(1);
  const std::chrono::milliseconds limit = absl::ToChronoMilliseconds(timeout);
  Exchange exchange(context, std::move(request), limit);
  exchange.Begin(host_, port_);
  // Looking the host up knows no timeout of its own.
  context.run_for(limit);
  if (!exchange.is_done()) {
    if (!exchange.error() || exchange.error() == beast::error::timeout) {
      return absl::DeadlineExceededError(absl::StrCat(authority_, " did not answer in time"));
    }
    return absl::UnavailableError(absl::StrCat(authority_, ": ", exchange.error().message()));
  }
  Response response;
  response.status = static_cast<int>(exchange.answer().result_int());
  response.body = exchange.answer().body();
  for (const auto& field : exchange.answer()) {
    const absl::string_view name(field.name_string().data(), field.name_string().size());
    response.headers[absl::AsciiStrToLower(name)] = std::string(field.value());
  }
  return response;
}

}  // namespace fleet::http
