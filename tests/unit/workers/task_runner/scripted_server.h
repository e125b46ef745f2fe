// A server on a port of its own that answers what a test says, over HTTP, HTTPS or anything else.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_SCRIPTED_SERVER_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_SCRIPTED_SERVER_H_

#include <functional>
#include <string>
#include <thread>

namespace fleet::runner {

class ScriptedServer {
 public:
  // From the head of a request to the bytes of the answer, after which the connection is closed.
  using Answer = std::function<std::string(const std::string& request)>;

  // kUnasked: the answer to "" is sent as soon as somebody connects.
  enum class Security { kNone, kSelfSigned, kUnasked };

  explicit ScriptedServer(Answer answer, Security security = Security::kNone);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // "127.0.0.1:<port>".
  std::string host() const;

 private:
  void Serve();
  void ServeOne(int connection);

  const Answer answer_;
  const Security security_;
  int port_ = 0;
  int listener_ = -1;
  std::thread thread_;
};

// An HTTP answer.
std::string HttpAnswer(const std::string& status, const std::string& body = "", const std::string& headers = "",
                       const std::string& content_type = "text/plain");

// A port of the loopback address on which nobody listens: it stays bound, so that nobody else gets it.
class RefusingPort {
 public:
  RefusingPort();
  ~RefusingPort();
  RefusingPort(const RefusingPort&) = delete;
  RefusingPort& operator=(const RefusingPort&) = delete;

  std::string host() const;

 private:
  int port_ = 0;
  int socket_ = -1;
};

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_SCRIPTED_SERVER_H_
