#include "tests/support/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fleet::testing {
namespace {

// Appends what comes next to `bytes`; false at the peer's end or the limit's.
bool Receive(int fd, std::string& bytes) {
  char buffer[4096];
  const ssize_t size = recv(fd, buffer, sizeof(buffer), 0);
  if (size > 0) bytes.append(buffer, static_cast<std::size_t>(size));
  return size > 0;
}

}  // namespace

HttpClient::HttpClient(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  timeval limit{};
  limit.tv_sec = 30;
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) close(std::exchange(fd_, -1));
}

HttpClient::~HttpClient() {
  if (fd_ >= 0) close(fd_);
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), unread_(std::move(other.unread_)) {}

bool HttpClient::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t size = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::string HttpClient::ReadUntil(absl::string_view terminator) {
  std::size_t place = std::string::npos;
  do {
    place = unread_.find(terminator.data(), 0, terminator.size());
  } while (place == std::string::npos && Receive(fd_, unread_));
  if (place == std::string::npos) return std::exchange(unread_, {});
  std::string read = unread_.substr(0, place + terminator.size());
  unread_.erase(0, read.size());
  return read;
}

std::string HttpClient::ReadAll() {
  while (Receive(fd_, unread_)) {
  }
  return std::exchange(unread_, {});
}

bool HttpClient::IsClosed() {
  char byte = 0;
  if (fd_ < 0 || !unread_.empty()) return false;
  const ssize_t size = recv(fd_, &byte, 1, MSG_PEEK);
  return size == 0 || (size < 0 && errno == ECONNRESET);
}

std::string HttpGet(int port, absl::string_view path) {
  HttpClient client(port);
  client.Send(absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
  return client.ReadAll();
}

}  // namespace fleet::testing
