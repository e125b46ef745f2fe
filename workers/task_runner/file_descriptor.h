// Owns one file descriptor.
#ifndef FLEET_WORKERS_TASK_RUNNER_FILE_DESCRIPTOR_H_
#define FLEET_WORKERS_TASK_RUNNER_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace fleet::runner {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { Close(); }
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
      Close();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }

  // -1 if none is open.
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  // Gives it away: whoever takes it closes it.
  int Release() { return std::exchange(fd_, -1); }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_FILE_DESCRIPTOR_H_
