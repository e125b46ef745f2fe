// A directory held open by a descriptor: what is done below it goes nowhere else, whatever its path comes to mean.
#ifndef FLEET_WORKERS_TASK_RUNNER_OPEN_DIRECTORY_H_
#define FLEET_WORKERS_TASK_RUNNER_OPEN_DIRECTORY_H_

#include <dirent.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace fleet::runner {

// Functions that can fail return an errno, 0 for success.
class OpenDirectory {
 public:
  // Which file it is, and on which mount: a mount inside a tree is not the tree's.
  struct Identity {
    uint64_t device = 0;
    uint64_t inode = 0;
    uint64_t mount = 0;
  };

  // Opens "<parent>/<name>"; with AT_FDCWD `name` may be a whole path. ELOOP or ENOTDIR if it is a link or no
  // directory.
  int Open(int parent, const char* name);
  // The same, and lets its owner in if its mode does not.
  int OpenByForce(int parent, const char* name);

  // The next entry but "." and ".."; null at the end, or if reading fails, and then error() is not 0.
  const dirent* Next();
  int error() const { return error_; }
  void Rewind();
  // Where the next entry stands: as good in any later opening of the same directory.
  off_t Position() const { return telldir(stream_.get()); }
  void Seek(off_t position) { seekdir(stream_.get(), position); }

  int fd() const { return dirfd(stream_.get()); }
  const Identity& identity() const { return identity_; }
  // Its path for people, or "" if that is too long to tell.
  std::string Path() const;

 private:
  struct Close {
    void operator()(DIR* stream) const { closedir(stream); }
  };

  int Take(int fd, bool force);

  std::unique_ptr<DIR, Close> stream_;
  Identity identity_;
  int error_ = 0;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_OPEN_DIRECTORY_H_
