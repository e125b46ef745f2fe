#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fleet::testing {
namespace {

constexpr std::size_t kBufferLimit = 64 << 10;

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A closed socket with lingering off sends RST in place of FIN.
void Reset(int& descriptor) {
  if (descriptor < 0) return;
  const linger now{1, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  close(descriptor);
  descriptor = -1;
}

void SetUp(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
}

int Connect(int port) {
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    close(descriptor);
    return -1;
  }
  SetUp(descriptor);
  return descriptor;
}

// Moves what can be moved without waiting; false once an end is gone. An orderly close counts as gone too: no
// protocol used here half-closes a connection.
bool Move(int from, int to, std::string& buffer, bool readable) {
  if (readable && buffer.size() < kBufferLimit) {
    char bytes[16 << 10];
    const ssize_t size = recv(from, bytes, sizeof(bytes), 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return false;
    if (size > 0) buffer.append(bytes, static_cast<std::size_t>(size));
  }
  if (buffer.empty()) return true;
  const ssize_t sent = send(to, buffer.data(), buffer.size(), MSG_NOSIGNAL);
  if (sent < 0) return errno == EAGAIN || errno == EINTR;
  buffer.erase(0, static_cast<std::size_t>(sent));
  return true;
}

bool HoldsRequests(TcpProxy::Mode mode) {
  return mode == TcpProxy::Mode::kHoldAll || mode == TcpProxy::Mode::kHoldRequests;
}

bool HoldsReplies(TcpProxy::Mode mode) {
  return mode == TcpProxy::Mode::kHoldAll || mode == TcpProxy::Mode::kHoldReplies;
}

// What to wait for on one end of a connection. A held direction is neither read nor written.
short Interest(bool may_read, const std::string& incoming, bool may_write, const std::string& outgoing) {
  int events = 0;
  if (may_read && incoming.size() < kBufferLimit) events |= POLLIN;
  if (may_write && !outgoing.empty()) events |= POLLOUT;
  return static_cast<short>(events);
}

}  // namespace

TcpProxy::TcpProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  wake_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 128) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("the proxy cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { Run(); });
}

TcpProxy::~TcpProxy() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  close(listener_);
  close(wake_);
}

std::string TcpProxy::address() const { return absl::StrCat("127.0.0.1:", port_); }

void TcpProxy::SetMode(Mode mode) {
  MutexLock lock(mutex_);
  mode_ = mode;
  Apply();
}

void TcpProxy::SetTarget(int target_port) {
  MutexLock lock(mutex_);
  target_port_ = target_port;
}

void TcpProxy::ResetConnections() {
  MutexLock lock(mutex_);
  reset_wanted_ = true;
  Apply();
}

void TcpProxy::Apply() {
  changed_ = true;
  Wake();
  while (changed_) applied_.Wait(mutex_);
}

void TcpProxy::Wake() { eventfd_write(wake_, 1); }

void TcpProxy::Run() {
  while (true) {
    Mode mode;
    {
      MutexLock lock(mutex_);
      mode = mode_;
      if (reset_wanted_ || stopping_) {
        for (Connection& connection : connections_) {
          Reset(connection.client);
          Reset(connection.server);
        }
        connections_.clear();
        reset_wanted_ = false;
      }
      changed_ = false;
      applied_.SignalAll();
      if (stopping_) return;
    }
    std::vector<pollfd> waiting = {{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Connection& connection : connections_) {
      const short client =
          Interest(!HoldsRequests(mode), connection.to_server, !HoldsReplies(mode), connection.to_client);
      const short server =
          Interest(!HoldsReplies(mode), connection.to_client, !HoldsRequests(mode), connection.to_server);
      // A negative descriptor is left out: poll would report a hang-up without end.
      waiting.push_back({client != 0 ? connection.client : -1, client, 0});
      waiting.push_back({server != 0 ? connection.server : -1, server, 0});
    }
    if (poll(waiting.data(), waiting.size(), -1) < 0) continue;
    eventfd_t ignored = 0;
    eventfd_read(wake_, &ignored);
    std::size_t i = 2;
    for (Connection& connection : connections_) {
      Forward(connection, mode, waiting[i].revents, waiting[i + 1].revents);
      i += 2;
    }
    connections_.remove_if([](const Connection& connection) { return connection.broken; });
    if (waiting[1].revents != 0) Accept();
  }
}

void TcpProxy::Accept() {
  Connection connection;
  connection.client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection.client < 0) return;
  int target = 0;
  {
    MutexLock lock(mutex_);
    target = target_port_;
  }
  connection.server = Connect(target);
  if (connection.server < 0) {
    Reset(connection.client);
    return;
  }
  SetUp(connection.client);
  connections_.push_back(connection);
}

void TcpProxy::Forward(Connection& connection, Mode mode, short client_events, short server_events) {
  bool intact = true;
  if (!HoldsRequests(mode)) {
    intact = Move(connection.client, connection.server, connection.to_server, (client_events & ~POLLOUT) != 0);
  }
  if (intact && !HoldsReplies(mode)) {
    intact = Move(connection.server, connection.client, connection.to_client, (server_events & ~POLLOUT) != 0);
  }
  if (intact) return;
  // What was already read for the client still reaches it before the end.
  send(connection.client, connection.to_client.data(), connection.to_client.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  close(connection.client);
  close(connection.server);
  connection.broken = true;
}

}  // namespace fleet::testing
