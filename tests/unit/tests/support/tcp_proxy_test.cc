#include "tests/support/tcp_proxy.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>

#include "tests/support/free_port.h"

namespace fleet::testing {
namespace {

constexpr int kLong = 20'000;  // milliseconds: only waited for by a test that fails
constexpr int kShort = 50;     // milliseconds: long for loopback, to see that nothing comes

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// One end of a connection.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  ~Peer() { close(descriptor_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  static int Connect(int port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = Loopback(port);
    connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
    return descriptor;
  }
  void Send(const std::string& text) {
    EXPECT_EQ(send(descriptor_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  // What arrives next; "" at an orderly end, "reset" at a reset, "nothing" if nothing comes in time.
  std::string Receive(int limit) {
    pollfd waiting{descriptor_, POLLIN, 0};
    if (poll(&waiting, 1, limit) != 1) return "nothing";
    char bytes[100];
    const ssize_t size = recv(descriptor_, bytes, sizeof(bytes), 0);
    if (size < 0) return errno == ECONNRESET ? "reset" : std::strerror(errno);
    return std::string(bytes, static_cast<std::size_t>(size));
  }

 private:
  const int descriptor_;
};

class TcpProxyTest : public ::testing::Test {
 protected:
  TcpProxyTest() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 8);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~TcpProxyTest() override { close(listener_); }

  int Accept() { return accept(listener_, nullptr, nullptr); }

  const int listener_;
  int port_ = 0;
};

TEST_F(TcpProxyTest, PassesBothWays) {
  TcpProxy proxy(port_);
  Peer client(Peer::Connect(proxy.port()));
  Peer server(Accept());
  client.Send("ping");
  EXPECT_EQ(server.Receive(kLong), "ping");
  server.Send("pong");
  EXPECT_EQ(client.Receive(kLong), "pong");
}

TEST_F(TcpProxyTest, PassesMoreThanItsBuffers) {
  TcpProxy proxy(port_);
  Peer client(Peer::Connect(proxy.port()));
  Peer server(Accept());
  const std::size_t total = 4 << 20;
  std::thread sender([&] { client.Send(std::string(total, 'x')); });
  std::size_t received = 0;
  while (received < total) {
    const std::string part = server.Receive(kLong);
    ASSERT_NE(part, "nothing");
    received += part.size();
  }
  sender.join();
  EXPECT_EQ(received, total);
}

TEST_F(TcpProxyTest, PassesTheEndOfAConnection) {
  TcpProxy proxy(port_);
  Peer client(Peer::Connect(proxy.port()));
  { Peer server(Accept()); }
  EXPECT_EQ(client.Receive(kLong), "");
}

TEST_F(TcpProxyTest, HoldsRepliesAndDeliversThemLater) {
  TcpProxy proxy(port_);
  Peer client(Peer::Connect(proxy.port()));
  Peer server(Accept());
  proxy.SetMode(TcpProxy::Mode::kHoldReplies);
  client.Send("ping");
  EXPECT_EQ(server.Receive(kLong), "ping");
  server.Send("pong");
  EXPECT_EQ(client.Receive(kShort), "nothing");
  proxy.SetMode(TcpProxy::Mode::kPass);
  EXPECT_EQ(client.Receive(kLong), "pong");
}

TEST_F(TcpProxyTest, HoldsEverythingInABlackHole) {
  TcpProxy proxy(port_);
  Peer client(Peer::Connect(proxy.port()));
  Peer server(Accept());
  proxy.SetMode(TcpProxy::Mode::kHoldAll);
  client.Send("ping");
  server.Send("pong");
  EXPECT_EQ(server.Receive(kShort), "nothing");
  EXPECT_EQ(client.Receive(kShort), "nothing");
}

TEST_F(TcpProxyTest, ResetsConnectionsAndTakesNewOnes) {
  TcpProxy proxy(port_);
  Peer client(Peer::Connect(proxy.port()));
  Peer server(Accept());
  client.Send("ping");
  ASSERT_EQ(server.Receive(kLong), "ping");
  proxy.ResetConnections();
  EXPECT_EQ(client.Receive(kLong), "reset");
  EXPECT_EQ(server.Receive(kLong), "reset");

  Peer next_client(Peer::Connect(proxy.port()));
  Peer next_server(Accept());
  next_client.Send("again");
  EXPECT_EQ(next_server.Receive(kLong), "again");
}

TEST_F(TcpProxyTest, ResetsAClientWhoseServerIsAway) {
  TcpProxy proxy(FreePort());
  Peer client(Peer::Connect(proxy.port()));
  EXPECT_EQ(client.Receive(kLong), "reset");
}

}  // namespace
}  // namespace fleet::testing
