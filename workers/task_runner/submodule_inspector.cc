#include "workers/task_runner/submodule_inspector.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
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

constexpr std::size_t kMaxGitmodules = 1 << 20;
constexpr std::size_t kMaxRefs = 1'000'000;
// Submodules in submodules.
constexpr int kMaxDepth = 50;

absl::Status NotCarried(absl::string_view path, absl::string_view problem) {
  return TaskFailure(domain::FailureReason::kChangeNotCarried, absl::StrCat("the submodule ", path, " ", problem));
}

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// The files below a folder of refs. Links are not followed, and a tree that git would not have made is not explored.
std::vector<std::string> LooseRefs(const std::string& git_dir, absl::string_view folder) {
  constexpr std::size_t kMaxSeen = 100'000;
  std::vector<std::string> files;
  std::vector<std::string> pending;
  if (IsPlainDirectory(git_dir + "/refs")) pending.push_back(absl::StrCat(git_dir, folder));
  // No directory stays open while another is read.
  for (std::size_t seen = 0; !pending.empty() && seen < kMaxSeen;) {
    const std::string directory = std::move(pending.back());
    pending.pop_back();
    if (directory.size() >= PATH_MAX || !IsPlainDirectory(directory)) continue;
    std::error_code error;
    for (fs::directory_iterator entry(directory, error), end; !error && entry != end && seen < kMaxSeen;
         entry.increment(error)) {
      ++seen;
      std::error_code ignored;
      const fs::file_status status = entry->symlink_status(ignored);
      if (fs::is_directory(status)) pending.push_back(entry->path().string());
      if (fs::is_regular_file(status)) files.push_back(entry->path().string());
    }
  }
  return files;
}

// What its remote-tracking branches, its tags and its last fetch name.
std::vector<std::string> RemoteObjects(const std::string& git_dir) {
  std::vector<std::string> objects;
  const auto add = [&](absl::string_view id) {
    if (IsObjectId(id) && objects.size() < kMaxRefs) objects.emplace_back(id);
  };
  for (const char* file : {"/packed-refs", "/FETCH_HEAD"}) {
    const auto text = ReadPlainFile(absl::StrCat(git_dir, file), kMaxIndexFile);
    if (!text.ok()) continue;
    for (const absl::string_view line : absl::StrSplit(*text, '\n')) {
      if (!absl::StrContains(line, " refs/heads/")) add(line.substr(0, line.find_first_of(" \t")));
    }
  }
  for (const char* folder : {"/refs/remotes", "/refs/tags"}) {
    for (const std::string& path : LooseRefs(git_dir, folder)) {
      const auto text = ReadPlainFile(path, 100);
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
absl::StatusOr<SubmoduleInspector::Inside> SubmoduleInspector::Open(const std::string& path, const std::string& git_dir,
                                                                    const std::string& head) const {
  const GitRepository::Places& places = repository_.places();
  FLEET_ASSIGN_OR_RETURN(ScratchDirectory directory, ScratchDirectory::Make(places.scratch, "submodule-"));
  const std::string own = directory.path();
  const std::string format = head.size() == 64 ? "sha256" : "sha1";
  FLEET_RETURN_IF_ERROR(
      repository_.git()
          .Run({domain::FailureStage::kCommit,
                {"init", "-q", "--bare", absl::StrCat("--object-format=", format), "--", own + "/git"},
                own},
               repository_.bounds())
          .status());
  const auto index = ReadPlainFile(git_dir + "/index", kMaxIndexFile);
  struct stat info {};
  if (!index.ok() || stat((git_dir + "/index").c_str(), &info) != 0) return NotCarried(path, "has no index");
  FLEET_RETURN_IF_ERROR(WritePrivateFile(own + "/index", *index));
  // git looks into files that were written in the second of the index.
  const timespec times[2] = {info.st_mtim, info.st_mtim};
  if (utimensat(AT_FDCWD, (own + "/index").c_str(), times, 0) != 0) return SystemError(errno, "cannot date the index");
  const auto shallow = ReadPlainFile(git_dir + "/shallow", kMaxGitmodules);
  if (shallow.ok()) FLEET_RETURN_IF_ERROR(WritePrivateFile(own + "/git/shallow", *shallow));
  GitRepository repository(
      repository_.git(), repository_.bounds(), domain::FailureStage::kCommit,
      {own + "/git", absl::StrCat(places.work_tree, "/", path), own + "/index", git_dir + "/objects", own});
  return Inside{std::move(directory), std::move(repository)};
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
  FLEET_ASSIGN_OR_RETURN(WorkTree files, WorkTree::Open(inside.places().work_tree, &inside.bounds()));
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
absl::Status SubmoduleInspector::CheckInner(const std::string& path, const GitRepository& inside, int depth) const {
  if (depth >= kMaxDepth) return NotCarried(path, "holds submodules in submodules without end");
  FLEET_ASSIGN_OR_RETURN(const TreeEntries entries, ReadIndexEntries(inside));
  for (const auto& [name, entry] : entries) {
    if (!entry.is_gitlink()) continue;
    FLEET_ASSIGN_OR_RETURN(const std::string head, HeadAt(absl::StrCat(path, "/", name), depth + 1));
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

absl::StatusOr<std::string> SubmoduleInspector::Head(const std::string& path) const { return HeadAt(path, 0); }

absl::StatusOr<std::string> SubmoduleInspector::HeadAt(const std::string& path, int depth) const {
  const std::string tree = absl::StrCat(root_, "/", path);
  const std::string git_dir = FindGitDirectory(tree, root_);
  if (git_dir.empty()) {
    if (Exists(absl::StrCat(tree, "/.git"))) return NotCarried(path, "has a repository that cannot be used");
    FLEET_RETURN_IF_ERROR(CheckEmpty(path));
    return std::string();
  }
  std::string head = ReadHeadCommit(git_dir);
  if (head.empty()) return NotCarried(path, "has a repository without a commit");
  FLEET_ASSIGN_OR_RETURN(const Inside inside, Open(path, git_dir, head));
  FLEET_RETURN_IF_ERROR(CheckClean(path, inside.repository, head));
  FLEET_RETURN_IF_ERROR(CheckInner(path, inside.repository, depth));
  return head;
}

absl::Status SubmoduleInspector::CheckPublished(const std::string& path, const std::string& commit) const {
  const std::string git_dir = FindGitDirectory(absl::StrCat(root_, "/", path), root_);
  if (git_dir.empty()) return absl::OkStatus();
  const std::string problem = absl::StrCat("stands at commit ", commit, ", which only this clone has: push it first");
  const std::vector<std::string> known = RemoteObjects(git_dir);
  if (known.empty()) return NotCarried(path, problem);
  FLEET_ASSIGN_OR_RETURN(const Inside inside, Open(path, git_dir, commit));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> unknown,
                         inside.repository.RecordsOf({"rev-list", "-n", "1", "--ignore-missing", "--stdin"},
                                                     absl::StrCat(commit, "\n^", absl::StrJoin(known, "\n^"), "\n")));
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
