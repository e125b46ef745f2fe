#include "common/metrics/ops_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "common/metrics/fleet_metrics.h"
#include "tests/support/status_matchers.h"

namespace fleet::metrics {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// The answer to a GET, head and all; empty if there is none.
std::string Get(int port, const std::string& path) {
  const int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    send(connection, request.data(), request.size(), MSG_NOSIGNAL);
    char buffer[4096];
    for (ssize_t size = 0; (size = recv(connection, buffer, sizeof(buffer), 0)) > 0;) {
      answer.append(buffer, static_cast<std::size_t>(size));
    }
  }
  close(connection);
  return answer;
}

TEST(OpsServerTest, ServesMetricsOnAFreePort) {
  const auto registry = std::make_shared<prometheus::Registry>();
  RegisterBuildInfo(*registry, "test");
  const auto server = OpsServer::Start("127.0.0.1:0", registry);
  FLEET_ASSERT_OK(server);
  EXPECT_GT((*server)->port(), 0);
  EXPECT_THAT(Get((*server)->port(), "/metrics"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("fleet_build_info{component=\"test\"")));
}

TEST(OpsServerTest, SaysWhereItCannotListen) {
  const auto registry = std::make_shared<prometheus::Registry>();
  const auto first = OpsServer::Start("127.0.0.1:0", registry);
  FLEET_ASSERT_OK(first);
  const std::string taken = absl::StrCat("127.0.0.1:", (*first)->port());
  EXPECT_THAT(OpsServer::Start(taken, registry), StatusIs(absl::StatusCode::kUnavailable, HasSubstr(taken)));
}

}  // namespace
}  // namespace fleet::metrics
