// Bare git repositories, as a forge would keep them.
#ifndef FLEET_TESTS_E2E_GIT_ORIGIN_H_
#define FLEET_TESTS_E2E_GIT_ORIGIN_H_

#include <map>
#include <string>
#include <vector>

namespace fleet::e2e {

// All of them in one folder. Every call throws std::runtime_error if git fails.
class GitOrigin {
 public:
  explicit GitOrigin(std::string directory) : directory_(std::move(directory)) {}

  // A repository "owner/name" with one commit of `files` on the branch "main".
  void Make(const std::string& repo, const std::map<std::string, std::string>& files);
  // Runs `script` for every push, when its objects are there and before any branch has moved.
  void SetPreReceiveHook(const std::string& repo, const std::string& script);

  std::string Path(const std::string& repo) const { return directory_ + "/" + repo + ".git"; }
  std::string Url(const std::string& repo) const { return "file://" + Path(repo); }
  // Every branch but "main", by name, with its commit.
  std::map<std::string, std::string> PushedBranches(const std::string& repo) const;
  // A file of a commit or branch, byte for byte.
  std::string File(const std::string& repo, const std::string& revision, const std::string& path) const;
  // What a shell script prints on standard output, run in the repository.
  std::string Shell(const std::string& repo, const std::string& script) const;
  // What `git log -1 --format=FORMAT` prints, without its last line break.
  std::string Commit(const std::string& repo, const std::string& revision, const std::string& format) const;

 private:
  std::string Git(const std::string& repo, std::vector<std::string> arguments, const std::string& input = "") const;

  const std::string directory_;
};

}  // namespace fleet::e2e

#endif  // FLEET_TESTS_E2E_GIT_ORIGIN_H_
