#include "common/http/http_server.h"

#include <algorithm>
#include <list>
#include <optional>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "boost/asio/io_context.hpp"
#include "boost/asio/ip/tcp.hpp"
#include "boost/asio/post.hpp"
#include "boost/asio/steady_timer.hpp"
#include "common/http/http_connection.h"
#include "common/lifecycle/mutex.h"
#include "common/status/status_macros.h"

namespace fleet::http {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

// After a failed accept, as without file descriptors: trying on at once would use the processor up.
constexpr std::chrono::milliseconds kAcceptPause{100};

absl::StatusOr<std::pair<std::string, std::string>> SplitAddress(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  std::string host = address.substr(0, colon);
  int port = -1;
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (colon == std::string::npos || host.empty() || host == "[]" ||
      !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 || port > 65535)
    return absl::InvalidArgumentError(absl::StrCat("\"", address, "\" is not host:port"));
  return std::make_pair(host, std::to_string(port));
}

// Runs work on the server's thread for as long as there is one.
class Mailbox {
 public:
  explicit Mailbox(boost::asio::io_context& context) : context_(&context) {}
  void Post(std::function<void()> work) {
    MutexLock lock(mutex_);
    if (context_ != nullptr) boost::asio::post(*context_, std::move(work));
  }
  void Close() {
    MutexLock lock(mutex_);
    context_ = nullptr;
  }

 private:
  Mutex mutex_;
  boost::asio::io_context* context_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

struct HttpServer::Impl {
  Impl(const Limits& the_limits, Handler the_handler) : limits(the_limits), handler(std::move(the_handler)) {}
  ~Impl() {
    mailbox->Close();
    context.stop();
    if (thread.joinable()) thread.join();
    connections.clear();
  }

  absl::Status Listen(const std::string& address) {
    FLEET_ASSIGN_OR_RETURN(const auto parts, SplitAddress(address));
    error_code error;
    const auto found = tcp::resolver(context).resolve(parts.first, parts.second, tcp::resolver::flags::passive, error);
    tcp::endpoint endpoint;
    if (!error) endpoint = found.begin()->endpoint();
    // Of a name's addresses the IPv4 one, if there is one: where "localhost" is looked for first.
    for (const auto& entry : found) {
      if (entry.endpoint().protocol() == tcp::v4()) endpoint = entry.endpoint();
    }
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(boost::asio::socket_base::max_listen_connections, error);
    if (error) return absl::UnavailableError(absl::StrCat("cannot listen on ", address, ": ", error.message()));
    port = acceptor.local_endpoint().port();
    return absl::OkStatus();
  }

  void Accept() {
    acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
      if (!error) {
        Serve(std::move(socket));
        Accept();
        return;
      }
      pause.expires_after(kAcceptPause);
      pause.async_wait([this](const error_code& /*ended*/) { Accept(); });
    });
  }

  void Serve(tcp::socket socket) {
    if (connections.size() >= limits.connections && !MakeRoom()) return;
    const auto place = connections.emplace(connections.end());
    *place = HttpConnection::Start(std::move(socket), limits, handler,
                                   [mailbox = mailbox](std::function<void()> work) { mailbox->Post(std::move(work)); },
                                   {[this, place] { connections.splice(connections.end(), connections, place); },
                                    [this, place] { connections.erase(place); }});
  }

  // Closes the connection that has been silent longest of those whose peer is waited for; false if none is.
  bool MakeRoom() {
    const auto oldest =
        std::find_if(connections.begin(), connections.end(), [](const auto& one) { return one->may_give_way(); });
    if (oldest == connections.end()) return false;
    const std::shared_ptr<HttpConnection> kept = *oldest;
    kept->Close();
    return true;
  }

  const Limits limits;
  const Handler handler;
  // Each at the end when it came and when it was answered: the most silent is first.
  std::list<std::shared_ptr<HttpConnection>> connections;
  boost::asio::io_context context{1};
  const std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(context);
  tcp::acceptor acceptor{context};
  boost::asio::steady_timer pause{context};
  int port = 0;
  std::thread thread;
};

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, const Limits& limits,
                                                              Handler handler) {
  auto impl = std::make_unique<Impl>(limits, std::move(handler));
  FLEET_RETURN_IF_ERROR(impl->Listen(address));
  impl->Accept();
  impl->thread = std::thread([&context = impl->context] { context.run(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

int HttpServer::port() const { return impl_->port; }

}  // namespace fleet::http
