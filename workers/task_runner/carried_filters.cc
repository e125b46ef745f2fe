#include "workers/task_runner/carried_filters.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

constexpr char kLfs[] = "lfs";
constexpr std::size_t kMaxArguments = 1000;

absl::Status NotCarried(const std::string& path, absl::string_view problem) {
  return TaskFailure(domain::FailureReason::kChangeNotCarried, absl::StrCat(path, " ", problem));
}

// The object that an LFS pointer names; empty if `text` is no pointer.
std::string PointerObject(absl::string_view text) {
  constexpr absl::string_view kVersion = "version https://git-lfs.github.com/spec/v1\n";
  constexpr absl::string_view kOid = "\noid sha256:";
  constexpr std::size_t kDigits = 64;
  if (!absl::StartsWith(text, kVersion)) return "";
  const std::size_t at = text.find(kOid);
  if (at == absl::string_view::npos) return "";
  const std::string id(text.substr(at + kOid.size(), kDigits));
  const bool is_hex =
      std::all_of(id.begin(), id.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return id.size() == kDigits && is_hex ? id : "";
}

bool IsStored(const std::string& git_dir, const std::string& object) {
  struct stat info {};
  const std::string path =
      absl::StrCat(git_dir, "/lfs/objects/", object.substr(0, 2), "/", object.substr(2, 2), "/", object);
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

// The LFS object behind a new blob; empty for an empty file, which LFS leaves alone.
absl::StatusOr<std::string> LfsObject(const GitRepository& repository, const std::string& path,
                                      const std::string& blob) {
  const auto size = repository.Run({"cat-file", "-s", blob});
  if (!size.ok()) return size.status();
  if (*size == "0") return std::string();
  constexpr std::size_t kMaxDigits = 4;  // a pointer is a few lines
  std::string object;
  if (size->size() <= kMaxDigits) {
    FLEET_ASSIGN_OR_RETURN(const std::string text, repository.Run({"cat-file", "blob", blob}));
    object = PointerObject(text);
  }
  if (object.empty()) return NotCarried(path, "belongs to LFS, and its content went past it");
  if (IsStored(repository.places().git_dir, object)) return object;
  return NotCarried(path, absl::StrCat("is an LFS pointer to ", object, ", which this runner does not have"));
}

// git-lfs takes .lfsconfig from HEAD. In the repository of the commit that is read from objects that a step may have
// forged; so it gets one with nothing else in it.
absl::StatusOr<GitRepository> MakeUploadRepository(const GitRepository& repository, const std::string& lfs_config) {
  const GitRepository::Places& places = repository.places();
  const std::string git_dir = absl::StrCat(places.scratch, "/lfs-upload");
  FLEET_RETURN_IF_ERROR(repository.Run({"init", "-q", "--bare", "--", git_dir}).status());
  const GitRepository upload(repository.git(), repository.bounds(), domain::FailureStage::kPush,
                             {git_dir, /*work_tree=*/"", /*index=*/"", /*more_objects=*/"", places.scratch});
  std::string tree_text;
  if (!lfs_config.empty()) {
    const std::string file = absl::StrCat(places.scratch, "/lfsconfig");
    FLEET_RETURN_IF_ERROR(WritePrivateFile(file, lfs_config));
    FLEET_ASSIGN_OR_RETURN(const std::string blob, upload.Run({"hash-object", "-w", "--no-filters", "--", file}));
    tree_text = absl::StrCat("100644 blob ", blob, "\t.lfsconfig\n");
  }
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> tree, upload.RecordsOf({"mktree"}, tree_text));
  if (tree.empty()) return absl::InternalError("git made no tree");
  FLEET_ASSIGN_OR_RETURN(const std::string commit,
                         upload.Run({"-c", "user.name=fleet", "-c", "user.email=fleet@localhost", "commit-tree", "-m",
                                     "LFS settings", std::string(absl::StripTrailingAsciiWhitespace(tree[0]))}));
  FLEET_RETURN_IF_ERROR(upload.Run({"update-ref", "HEAD", commit}).status());
  // Objects that are not there it would pass over.
  FLEET_RETURN_IF_ERROR(upload.Run({"config", "--local", "lfs.allowincompletepush", "false"}).status());
  if (rename(absl::StrCat(places.git_dir, "/lfs").c_str(), absl::StrCat(git_dir, "/lfs").c_str()) != 0) {
    return SystemError(errno, "cannot move the LFS objects");
  }
  return upload;
}

// git-lfs has words of its own for what git says otherwise.
absl::Status UploadFailure(const std::string& path, const absl::Status& status) {
  using Reason = domain::FailureReason;
  constexpr std::pair<absl::string_view, Reason> kSymptoms[] = {
      {"ratelimit", Reason::kRateLimited},
      {"rate limit", Reason::kRateLimited},
      {"authentication required", Reason::kAuthRefused},
      {"authorization error", Reason::kPermissionDenied},
      {"no such host", Reason::kHostUnreachable},
      {"connection refused", Reason::kHostUnreachable},
      {"i/o timeout", Reason::kRemoteError},
      {"connection reset", Reason::kRemoteError},
      {"server error", Reason::kRemoteError},
      {"x509:", Reason::kBadCertificate},
  };
  const std::string message = absl::StrCat("the LFS object of ", path, " was not uploaded: ", status.message());
  if (ToFailure(status).reason() != v1::FAILURE_REASON_GIT_FAILED) {
    return Annotate(status, absl::StrCat("the LFS object of ", path, " was not uploaded: "));
  }
  const std::string text = absl::AsciiStrToLower(message);
  for (const auto& [symptom, reason] : kSymptoms) {
    if (absl::StrContains(text, symptom)) return TaskFailure(reason, message);
  }
  return TaskFailure(Reason::kChangeNotCarried, message);
}

}  // namespace

std::vector<std::string> RequireFilters(const std::set<std::string>& names) {
  std::vector<std::string> arguments;
  for (const std::string& name : names) {
    arguments.emplace_back("-c");
    arguments.push_back(absl::StrCat("filter.", name, ".required=true"));
  }
  return arguments;
}

absl::StatusOr<LfsObjects> CheckFiltered(const GitRepository& repository, const TreeEntries& base,
                                         const TreeEntries& changed, const std::map<std::string, std::string>& filters,
                                         const std::set<std::string>& configured) {
  std::set<std::string> known;
  for (const auto& [path, entry] : base) known.insert(entry.oid);
  LfsObjects objects;
  for (const auto& [path, entry] : changed) {
    const auto filter = filters.find(path);
    const bool is_file = entry.mode == kFileMode || entry.mode == kExecutableMode;
    if (filter == filters.end() || !is_file || known.count(entry.oid) > 0) continue;
    if (configured.count(filter->second) == 0) {
      return NotCarried(path, absl::StrCat("names the filter \"", filter->second,
                                           "\" in its attributes, which this runner does not have (--git_config)"));
    }
    if (filter->second != kLfs) continue;
    FLEET_ASSIGN_OR_RETURN(std::string object, LfsObject(repository, path, entry.oid));
    if (!object.empty()) objects.emplace(std::move(object), path);
  }
  return objects;
}

absl::Status UploadLfsObjects(const GitRepository& repository, const std::string& clone_url,
                              const std::string& lfs_config, const LfsObjects& objects) {
  if (objects.empty()) return absl::OkStatus();
  FLEET_ASSIGN_OR_RETURN(const GitRepository upload, MakeUploadRepository(repository, lfs_config));
  FLEET_RETURN_IF_ERROR(upload.Run({"config", "--local", "remote.origin.url", clone_url}).status());
  for (auto object = objects.begin(); object != objects.end();) {
    const std::string& path = object->second;
    std::vector<std::string> arguments = {"lfs", "push", "--object-id", "origin"};
    for (; object != objects.end() && arguments.size() < kMaxArguments; ++object) arguments.push_back(object->first);
    const absl::Status uploaded = upload.Run(std::move(arguments)).status();
    if (!uploaded.ok()) return UploadFailure(path, uploaded);
  }
  return absl::OkStatus();
}

}  // namespace fleet::runner
