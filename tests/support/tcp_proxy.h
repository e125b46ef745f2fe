// A TCP proxy on 127.0.0.1 whose network a test can break.
#ifndef FLEET_TESTS_SUPPORT_TCP_PROXY_H_
#define FLEET_TESTS_SUPPORT_TCP_PROXY_H_

#include <list>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "common/lifecycle/mutex.h"

namespace fleet::testing {

// Thread-safe.
class TcpProxy {
 public:
  // Held bytes are not lost: like a network that is away, they arrive when the mode is kPass again. Reset the
  // connections to lose them for good.
  enum class Mode {
    kPass,
    kHoldAll,       // a black hole: connections stay open, nothing moves
    kHoldRequests,  // only what the server sends moves
    kHoldReplies,   // only what the client sends moves: work is done and its answer does not come
  };

  // Forwards to 127.0.0.1:`target_port`; connects when a client does, and resets the client if it cannot.
  explicit TcpProxy(int target_port);
  // Resets all connections.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  std::string address() const;  // "127.0.0.1:port"

  // When it returns, nothing moves any more that `mode` holds.
  void SetMode(Mode mode);
  // For new connections: the server came back elsewhere.
  void SetTarget(int target_port);
  // Ends every connection with a TCP reset. When it returns, no held byte will arrive any more.
  void ResetConnections();

 private:
  struct Connection {
    int client = -1;
    int server = -1;
    std::string to_server;  // read, not yet written
    std::string to_client;
    bool broken = false;
  };

  void Run();
  void Accept();
  void Forward(Connection& connection, Mode mode, short client_events, short server_events);
  void Wake();
  void Apply() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  int listener_ = -1;
  int wake_ = -1;
  int port_ = 0;
  Mutex mutex_;
  CondVar applied_;
  Mode mode_ ABSL_GUARDED_BY(mutex_) = Mode::kPass;
  int target_port_ ABSL_GUARDED_BY(mutex_);
  bool reset_wanted_ ABSL_GUARDED_BY(mutex_) = false;
  bool changed_ ABSL_GUARDED_BY(mutex_) = false;  // since the thread last looked
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Connection> connections_;  // the thread's own
  std::thread thread_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_TCP_PROXY_H_
