#include "tests/unit/workers/task_runner/scripted_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace fleet::runner {
namespace {

int BindLoopback(int& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  port = ntohs(address.sin_port);
  return fd;
}

std::string HostOf(int port) { return absl::StrCat("127.0.0.1:", port); }

// Of a certificate that nobody has reason to trust.
SSL_CTX* SelfSigned() {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_NAME* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("127.0.0.1"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_sign(certificate, key, EVP_sha256());
  EXPECT_EQ(SSL_CTX_use_certificate(context, certificate), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(context, key), 1);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

// Head and body, as far as its length is told.
std::string ReadRequest(int connection) {
  std::string request;
  char buffer[4096];
  while (true) {
    const std::size_t end = request.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::size_t length = 0;
      const std::size_t at = request.find("Content-Length: ");
      if (at != std::string::npos && at < end) {
        EXPECT_TRUE(absl::SimpleAtoi(request.substr(at + 16, request.find('\r', at) - at - 16), &length));
      }
      if (request.size() >= end + 4 + length) return request;
    }
    const ssize_t size = recv(connection, buffer, sizeof(buffer), 0);
    if (size <= 0) return request;
    request.append(buffer, static_cast<std::size_t>(size));
  }
}

void SendAll(int connection, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t size = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

}  // namespace

ScriptedServer::ScriptedServer(Answer answer, Security security)
    : answer_(std::move(answer)), security_(security), listener_(BindLoopback(port_)) {
  EXPECT_EQ(listen(listener_, 16), 0);
  thread_ = std::thread([this] { Serve(); });
}

ScriptedServer::~ScriptedServer() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

std::string ScriptedServer::host() const { return HostOf(port_); }

void ScriptedServer::Serve() {
  // A client that is gone is no reason to die.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  while (true) {
    const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    ServeOne(connection);
    close(connection);
  }
}

void ScriptedServer::ServeOne(int connection) {
  if (security_ == Security::kSelfSigned) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SelfSigned(), &SSL_CTX_free);
    const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    SSL_set_fd(ssl.get(), connection);
    SSL_accept(ssl.get());  // the client goes away
    return;
  }
  SendAll(connection, answer_(security_ == Security::kUnasked ? "" : ReadRequest(connection)));
  shutdown(connection, SHUT_WR);
}

std::string HttpAnswer(const std::string& status, const std::string& body, const std::string& headers,
                       const std::string& content_type) {
  return absl::StrCat("HTTP/1.1 ", status, "\r\nContent-Type: ", content_type, "\r\nContent-Length: ", body.size(),
                      "\r\nConnection: close\r\n", headers, "\r\n", body);
}

RefusingPort::RefusingPort() : socket_(BindLoopback(port_)) {}

RefusingPort::~RefusingPort() { close(socket_); }

std::string RefusingPort::host() const { return HostOf(port_); }

}  // namespace fleet::runner
