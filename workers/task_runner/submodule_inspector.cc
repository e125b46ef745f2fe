#include "workers/task_runner/submodule_inspector.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/repository_head.h"
#include "workers/task_runner/step_index.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"
#include "workers/task_runner/work_tree.h"

namespace fleet::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndex = 256 << 20;
constexpr std::size_t kMaxGitmodules = 1 << 20;
constexpr std::size_t kMaxRefs = 10'000;

absl::Status NotCarried(absl::string_view path, absl::string_view problem) {
  return TaskFailure(domain::FailureReason::kChangeNotCarried, absl::StrCat("the submodule ", path, " ", problem));
}

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// What its remote-tracking branches, its tags and its last fetch name.
std::vector<std::string> RemoteObjects(const std::string& git_dir) {
  std::vector<std::string> objects;
  const auto add = [&](absl::string_view id) {
    if (IsObjectId(id) && objects.size() < kMaxRefs) objects.emplace_back(id);
  };
  for (const char* file : {"/packed-refs", "/FETCH_HEAD"}) {
    const auto text = ReadPlainFile(absl::StrCat(git_dir, file), kMaxIndex);
    if (!text.ok()) continue;
    for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
      if (!absl::StrContains(line, " refs/heads/")) add(line.substr(0, line.find_first_of(" \t")));
    }
  }
  for (const char* folder : {"/refs/remotes", "/refs/tags"}) {
    std::error_code error;
    for (fs::recursive_directory_iterator entry(git_dir + folder, error), end; !error && entry != end;
         entry.increment(error)) {
      const auto text = ReadPlainFile(entry->path().string(), 100);
      if (text.ok()) add(absl::StripAsciiWhitespace(*text));
    }
  }
  return objects;
}

}  // namespace

SubmoduleInspector::SubmoduleInspector(const GitRepository& repository) : repository_(repository) {
  std::error_code ignored;  // then nothing lies inside
  root_ = fs::canonical(repository.places().work_tree, ignored).string();
}

// A bare repository of ours that reads its objects, with a copy of its index.
absl::StatusOr<GitRepository> SubmoduleInspector::Open(const std::string& path, const std::string& git_dir,
                                                       const std::string& head) const {
  const GitRepository::Places& places = repository_.places();
  std::string own = absl::StrCat(places.scratch, "/submodule-XXXXXX");
  if (mkdtemp(own.data()) == nullptr) return SystemError(errno, "cannot make a directory");
  const std::string format = head.size() == 64 ? "sha256" : "sha1";
  FLEET_RETURN_IF_ERROR(
      repository_.git()
          .Run({domain::FailureStage::kCommit,
                {"init", "-q", "--bare", absl::StrCat("--object-format=", format), "--", own + "/git"},
                own},
               repository_.bounds())
          .status());
  const auto index = ReadPlainFile(git_dir + "/index", kMaxIndex);
  struct stat info {};
  if (!index.ok() || stat((git_dir + "/index").c_str(), &info) != 0) return NotCarried(path, "has no index");
  FLEET_RETURN_IF_ERROR(WritePrivateFile(own + "/index", *index));
  // git looks into files that were written in the second of the index.
  const timespec times[2] = {info.st_mtim, info.st_mtim};
  if (utimensat(AT_FDCWD, (own + "/index").c_str(), times, 0) != 0) return SystemError(errno, "cannot date the index");
  const auto shallow = ReadPlainFile(git_dir + "/shallow", kMaxGitmodules);
  if (shallow.ok()) FLEET_RETURN_IF_ERROR(WritePrivateFile(own + "/git/shallow", *shallow));
  return GitRepository(
      repository_.git(), repository_.bounds(), domain::FailureStage::kCommit,
      {own + "/git", absl::StrCat(places.work_tree, "/", path), own + "/index", git_dir + "/objects", own});
}

absl::Status SubmoduleInspector::CheckClean(const std::string& path, const GitRepository& inside,
                                            const std::string& head) const {
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> staged,
                         inside.Records({"diff-index", "--cached", "-z", "--name-only", "--no-ext-diff", head, "--"}));
  if (!staged.empty()) return NotCarried(path, absl::StrCat("holds a staged change of ", staged[0]));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> untracked,
                         inside.Records({"ls-files", "-o", "-z", "--exclude-standard"}));
  if (!untracked.empty()) return NotCarried(path, absl::StrCat("holds the new file ", path, "/", untracked[0]));
  FLEET_ASSIGN_OR_RETURN(
      const std::vector<std::string> suspects,
      inside.Records({"diff-files", "-z", "--name-only", "--no-ext-diff", "--ignore-submodules=all"}));
  if (suspects.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const TreeEntries entries, ReadIndexEntries(inside));
  FLEET_ASSIGN_OR_RETURN(WorkTree files, WorkTree::Open(inside.places().work_tree));
  for (const std::string& name : suspects) {
    // Stored otherwise than git would store it now is not changed.
    const auto entry = entries.find(name);
    FLEET_ASSIGN_OR_RETURN(const std::optional<FileStamp> file, files.Look(name));
    if (entry != entries.end() && file.has_value() && file->GitMode() == entry->second.mode) {
      FLEET_ASSIGN_OR_RETURN(const std::string bytes, files.Hash(BlobHasher(head), name, *file));
      if (bytes == entry->second.oid) continue;
    }
    return NotCarried(path, absl::StrCat("holds a change of ", path, "/", name));
  }
  return absl::OkStatus();
}

// Submodules of the submodule.
absl::Status SubmoduleInspector::CheckInner(const std::string& path, const GitRepository& inside) const {
  FLEET_ASSIGN_OR_RETURN(const TreeEntries entries, ReadIndexEntries(inside));
  for (const auto& [name, entry] : entries) {
    if (!entry.is_gitlink()) continue;
    FLEET_ASSIGN_OR_RETURN(const std::string head, Head(absl::StrCat(path, "/", name)));
    if (!head.empty() && head != entry.oid) return NotCarried(path, absl::StrCat("holds a moved submodule ", name));
  }
  return absl::OkStatus();
}

// One that is not checked out is an empty directory; ignored files may be in it.
absl::Status SubmoduleInspector::CheckEmpty(const std::string& path) const {
  std::error_code error;
  if (fs::is_empty(absl::StrCat(root_, "/", path), error) || error) return absl::OkStatus();
  const GitRepository::Places& places = repository_.places();
  const GitRepository without_index(
      repository_.git(), repository_.bounds(), domain::FailureStage::kCommit,
      {places.git_dir, places.work_tree, places.scratch + "/no-index", "", places.scratch});
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                         without_index.Records({"--literal-pathspecs", "ls-files", "-o", "-z", "--exclude-standard",
                                                "--", absl::StrCat(path, "/")}));
  return files.empty() ? absl::OkStatus() : NotCarried(path, absl::StrCat("holds the new file ", files[0]));
}

absl::StatusOr<std::string> SubmoduleInspector::Head(const std::string& path) const {
  const std::string tree = absl::StrCat(root_, "/", path);
  const std::string git_dir = FindGitDirectory(tree, root_);
  if (git_dir.empty()) {
    if (Exists(absl::StrCat(tree, "/.git"))) return NotCarried(path, "has a repository that cannot be used");
    FLEET_RETURN_IF_ERROR(CheckEmpty(path));
    return std::string();
  }
  std::string head = ReadHeadCommit(git_dir);
  if (head.empty()) return NotCarried(path, "has a repository without a commit");
  FLEET_ASSIGN_OR_RETURN(const GitRepository inside, Open(path, git_dir, head));
  FLEET_RETURN_IF_ERROR(CheckClean(path, inside, head));
  FLEET_RETURN_IF_ERROR(CheckInner(path, inside));
  return head;
}

absl::Status SubmoduleInspector::CheckPublished(const std::string& path, const std::string& commit) const {
  const std::string git_dir = FindGitDirectory(absl::StrCat(root_, "/", path), root_);
  if (git_dir.empty()) return absl::OkStatus();
  const std::string problem = absl::StrCat("stands at commit ", commit, ", which only this clone has: push it first");
  std::vector<std::string> known = RemoteObjects(git_dir);
  if (known.empty()) return NotCarried(path, problem);
  FLEET_ASSIGN_OR_RETURN(const GitRepository inside, Open(path, git_dir, commit));
  std::vector<std::string> arguments = {"rev-list", "-n", "1", "--ignore-missing", commit, "--not"};
  arguments.insert(arguments.end(), known.begin(), known.end());
  FLEET_ASSIGN_OR_RETURN(const std::string unknown, inside.Run(std::move(arguments)));
  return unknown.empty() ? absl::OkStatus() : NotCarried(path, problem);
}

absl::StatusOr<bool> SubmoduleInspector::IsDeclared(const std::string& path) const {
  const auto text = ReadPlainFile(root_ + "/.gitmodules", kMaxGitmodules);
  if (!text.ok()) return false;
  std::string copy = absl::StrCat(repository_.places().scratch, "/modules-XXXXXX");
  if (mkdtemp(copy.data()) == nullptr) return SystemError(errno, "cannot make a directory");
  copy += "/gitmodules";
  FLEET_RETURN_IF_ERROR(WritePrivateFile(copy, *text));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> settings,
                         repository_.Records({"config", "-z", "-f", copy, "--list"}));
  for (const std::string& setting : settings) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(setting, absl::MaxSplits('\n', 1));
    const bool is_path = absl::StartsWith(parts.first, "submodule.") && absl::EndsWith(parts.first, ".path");
    if (is_path && parts.second == path) return true;
  }
  return false;
}

}  // namespace fleet::runner
